/** A machine whose every state can be looked at. */
export interface Machine<S> {
  readonly initial: S;
  /** Everything that can happen next. */
  moves(state: S): Iterable<Move<S>>;
  /** Equal for states that differ in names only. */
  keyOf(state: S): string;
  /** What is wrong with a state, or undefined. */
  wrong(state: S): string | undefined;
  /** Everything has come out. */
  isDone(state: S): boolean;
}

export interface Move<S> {
  readonly label: string;
  readonly next: S;
  /** It can happen, and nothing may depend on it: no way to the end leads over it. */
  readonly isFault?: boolean;
}

export interface Exploration {
  readonly states: number;
  readonly moves: number;
  /** Of the state that is furthest from the first. */
  readonly depth: number;
  /** The shortest way to something wrong; undefined: there is none. */
  readonly counterExample: CounterExample | undefined;
}

export interface CounterExample {
  readonly wrong: string;
  readonly trace: readonly string[];
}

/**
 * Visits every state there is, the nearest first, and checks each; then that from every one of them everything can still
 * come out.
 *
 * @throws when there are more than `maxStates`: then nothing has been shown
 */
export function explore<S>(machine: Machine<S>, maxStates: number): Exploration {
  const index = new Map<string, number>([[machine.keyOf(machine.initial), 0]]);
  const parents = [-1];
  const labels = [''];
  const done: number[] = machine.isDone(machine.initial) ? [0] : [];
  const edges: Edges = { from: [], to: [] };
  let moves = 0;
  let depth = 0;
  let at = 0;
  const traceTo = (state: number): string[] =>
    state === 0 ? [] : [...traceTo(parents[state] as number), labels[state] as string];
  const result = (counterExample?: CounterExample): Exploration => ({
    states: index.size,
    moves,
    depth,
    counterExample,
  });

  for (let frontier = [machine.initial]; frontier.length > 0; depth++) {
    const following: S[] = [];
    for (const state of frontier) {
      for (const { label, next, isFault } of machine.moves(state)) {
        moves++;
        const key = machine.keyOf(next);
        const known = index.get(key);
        if (known !== undefined) {
          if (isFault !== true) addEdge(edges, at, known);
          continue;
        }
        const added = index.size;
        if (added >= maxStates)
          throw new Error(`model must have at most ${maxStates} states, got more; make the scenario smaller`);
        index.set(key, added);
        parents.push(at);
        labels.push(label);
        if (isFault !== true) addEdge(edges, at, added);
        const wrong = machine.wrong(next);
        if (wrong !== undefined) return result({ wrong, trace: traceTo(added) });
        if (machine.isDone(next)) done.push(added);
        following.push(next);
      }
      at++;
    }
    frontier = following;
  }
  const stuck = firstWithoutWayTo(done, edges, index.size);
  return result(
    stuck === undefined ? undefined : { wrong: 'nothing leads from here to the end', trace: traceTo(stuck) },
  );
}

/** Moves without a fault, by the numbers of their states: two lists, for there are millions. */
interface Edges {
  readonly from: number[];
  readonly to: number[];
}

function addEdge({ from, to }: Edges, at: number, next: number): void {
  from.push(at);
  to.push(next);
}

/** The nearest state from which none of `goals` can be reached. */
function firstWithoutWayTo(goals: readonly number[], { from, to }: Edges, states: number): number | undefined {
  // The edges that end in a state stand side by side in `before`, from `starts[state]` on.
  const starts = new Int32Array(states + 1);
  for (const state of to) starts[state + 1] = (starts[state + 1] as number) + 1;
  for (let state = 0; state < states; state++)
    starts[state + 1] = (starts[state + 1] as number) + (starts[state] as number);
  const before = new Int32Array(to.length);
  const filled = starts.slice();
  for (let edge = 0; edge < to.length; edge++) {
    const state = to[edge] as number;
    const place = filled[state] as number;
    before[place] = from[edge] as number;
    filled[state] = place + 1;
  }
  const leads = new Uint8Array(states);
  const open = [...goals];
  for (const goal of goals) leads[goal] = 1;
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (let place = starts[state] as number; place < (starts[state + 1] as number); place++) {
      const earlier = before[place] as number;
      if (leads[earlier] === 1) continue;
      leads[earlier] = 1;
      open.push(earlier);
    }
  }
  const stuck = leads.indexOf(0);
  return stuck === -1 ? undefined : stuck;
}
