/** Everything that can happen in a world of a few records: the protocol under all interleavings. */
import { canonicalKey } from './canonical-key.ts';
import type { Machine, Move } from './explore.ts';
import { execute, headOf, wrongState } from './log.ts';
import { isAhead, remembered } from './propose.ts';
import { rulesWithout, type Model, type RuleName, type Rules } from './rules.ts';
import {
  initialState,
  replaced,
  withWriter,
  type Log,
  type Memory,
  type Request,
  type Scenario,
  type State,
  type Writer,
} from './state.ts';
import { remember, stop, workOn } from './writer.ts';

export function machineOf(scenario: Scenario, dropped: readonly RuleName[] = []): Machine<State> {
  const nameOf = (log: number) =>
    scenario.records.length === 1 ? 'the log' : log === 0 ? "the parent's log" : "the child's log";
  const model: Model = { scenario, rules: rulesWithout(dropped), nameOf };
  return {
    initial: initialState(scenario),
    moves: (state) => movesOf(model, state).map(({ label, next }) => ({ label, next: tidy(model, next) })),
    keyOf: canonicalKey,
    wrong: wrongState,
    isDone: ({ logs }) =>
      logs.every(
        ({ acknowledged, history }, i) =>
          acknowledged === scenario.records[i] && history.every(({ hasOutbox, delivered }) => !hasOutbox || delivered),
      ),
  };
}

function movesOf(model: Model, state: State): Move<State>[] {
  return [
    ...streamMoves(model, state),
    ...state.strays.flatMap((stray) => strayMoves(model, state, stray)),
    ...state.writers.flatMap((writer) => writerMoves(model, state, writer)),
    ...lossMoves(model, state),
  ];
}

/** Records arrive; the mapping invokes whoever is free, whether or not another is at it; the scheduler ticks. */
function streamMoves({ scenario, nameOf }: Model, state: State): Move<State>[] {
  const moves: Move<State>[] = [];
  state.logs.forEach((log, at) => {
    const mayArrive =
      log.arrived < (scenario.records[at] as number) &&
      (at === 0 || (state.logs[0] as Log).arrived === scenario.records[0]);
    if (mayArrive)
      moves.push({
        label: `record ${log.arrived + 1} arrives for ${nameOf(at)}`,
        next: { ...state, logs: replaced(state.logs, at, { ...log, arrived: log.arrived + 1 }) },
      });
    for (const writer of state.writers.filter(({ work }) => work === undefined)) {
      const from = log.acknowledged + 1;
      for (let to = from; to <= Math.min(log.arrived, log.acknowledged + scenario.maxBatch); to++) {
        const what = from === to ? `record ${to}` : `records ${from} to ${to}`;
        moves.push({
          label: `${writer.name} gets ${what} of ${nameOf(at)}`,
          next: withWriter(state, { ...writer, work: { kind: 'batch', log: at, from, to } }),
        });
      }
      const head = headOf(log);
      const isDue =
        head !== undefined &&
        (head.fired < head.reached || log.history.some(({ hasOutbox, delivered }) => hasOutbox && !delivered));
      if (scenario.ticks === true && isDue) {
        moves.push({
          label: `${writer.name} is to tick ${nameOf(at)}`,
          next: withWriter(state, { ...remember(writer, at, undefined), work: { kind: 'tick', log: at } }),
        });
      }
    }
  });
  return moves;
}

/** A request whose writer is gone is executed after all. */
function strayMoves({ rules, nameOf }: Model, state: State, stray: Request): Move<State>[] {
  const { state: next, reply } = execute(state, stray, rules);
  if (reply !== 'stored') return [];
  return [
    {
      label: `a late request is executed: version ${stray.entry.version} of ${nameOf(stray.log)} is stored`,
      next: { ...next, strays: next.strays.filter((other) => other !== stray) },
    },
  ];
}

function writerMoves(model: Model, state: State, writer: Writer): Move<State>[] {
  const moves: Move<State>[] = [];
  const { name, requests, work } = writer;
  requests.forEach((request, i) => moves.push(...requestMoves(model, state, writer, request, i)));
  const mayWork =
    requests.length === 0 ||
    (!model.rules.oneInFlight &&
      requests.length === 1 &&
      work?.kind === 'batch' &&
      (writer.memory[work.log]?.reached ?? Infinity) < work.to);
  if (work !== undefined && mayWork) moves.push(...workOn(model, state, writer));
  if (state.crashesLeft > 0 && (work !== undefined || writer.memory.some((memory) => memory !== undefined))) {
    const strays = [...state.strays, ...requests.map(({ log, entry }) => ({ log, entry }))];
    const dead: Writer = { name, memory: writer.memory.map(() => undefined), work: undefined, requests: [] };
    moves.push({
      label: `${name} is killed`,
      next: withWriter({ ...state, strays, crashesLeft: state.crashesLeft - 1 }, dead),
    });
    if (requests.length > 0) {
      const memory = model.rules.memoryAfterAck
        ? writer.memory.map((old, log) => (requests.some((request) => request.log === log) ? undefined : old))
        : writer.memory;
      moves.push({
        label: `${name} gives up: no answer`,
        next: withWriter(
          { ...state, strays, crashesLeft: state.crashesLeft - 1 },
          { name, memory, work: undefined, requests: [] },
        ),
      });
    }
  }
  return moves;
}

/** On the way to the store, executed, and heard of: each may come late or never. */
function requestMoves(
  { rules, nameOf }: Model,
  state: State,
  writer: Writer,
  request: Request,
  i: number,
): Move<State>[] {
  const { name } = writer;
  const what = `version ${request.entry.version} of ${nameOf(request.log)}`;
  if (request.reply !== undefined) {
    const isOurs = request.reply !== 'other' || !rules.conflictIsFence;
    const heard =
      request.reply === 'other'
        ? 'that it came second'
        : request.reply === 'own'
          ? 'that its own commit is there'
          : 'that it is stored';
    return [
      {
        label: `${name} hears of ${what} ${heard}`,
        next: isOurs ? accept(state, writer, request, rules) : fence(state, writer, request, rules),
      },
    ];
  }
  const { state: executed, reply } = execute(state, request, rules);
  const done = reply === 'stored' ? 'stored' : 'refused';
  const answered: Writer = { ...writer, requests: replaced(writer.requests, i, { ...request, reply }) };
  const moves = [{ label: `${what} as ${name} sent it is ${done}`, next: withWriter(executed, answered) }];
  if (reply === 'stored')
    moves.push({ label: `${what} as ${name} sent it is stored, and the reply is lost`, next: executed });
  if (!rules.silenceIsUnknown) {
    const accepted = accept(state, writer, request, rules);
    moves.push({
      label: `${name} takes silence for a yes to ${what}`,
      next: { ...accepted, strays: [...accepted.strays, { log: request.log, entry: request.entry }] },
    });
  }
  return moves;
}

/** The commit stands: memory follows (PL-6). */
function accept(state: State, writer: Writer, { log, entry }: Request, rules: Rules): State {
  const requests = writer.requests.filter((other) => other.entry !== entry);
  const memory = isAhead(rules, entry) ? writer.memory[log] : remembered(writer.memory[log] as Memory, entry);
  const { work } = writer;
  const isCommitted =
    work !== undefined &&
    work.log === log &&
    (work.kind === 'tick' || (entry.kind === 'batch' && entry.reached >= work.to));
  const after = { ...remember(writer, log, memory), requests };
  return withWriter(state, isCommitted ? { ...after, work: { ...work, isCommitted } } : after);
}

/** Another was first: memory is dropped, and the work begins anew (PL-5). A tick ends. */
function fence(state: State, writer: Writer, { log, entry }: Request, rules: Rules): State {
  const others = writer.requests
    .filter((other) => other.entry !== entry)
    .map((other) => ({ log: other.log, entry: other.entry }));
  const after = { ...(!rules.memoryAfterAck ? writer : remember(writer, log, undefined)), requests: [] };
  return withWriter(
    { ...state, strays: [...state.strays, ...others] },
    writer.work?.kind === 'tick' ? stop(after) : after,
  );
}

/** Without rule PL-2 any slot but the newest may go away. */
function lossMoves({ rules, nameOf }: Model, state: State): Move<State>[] {
  if (rules.slotsStay) return [];
  return state.logs.flatMap((log, at) =>
    log.slots.flatMap((entry, slot) =>
      entry === undefined
        ? []
        : [
            {
              label: `version ${entry.version} of ${nameOf(at)} expires`,
              next: {
                ...state,
                logs: replaced(state.logs, at, { ...log, slots: replaced(log.slots, slot, undefined) }),
              },
            },
          ],
    ),
  );
}

/** Leaves out what can have no effect any more. */
function tidy({ rules }: Model, state: State): State {
  if (!rules.condition || !rules.slotsStay) return state;
  const strays = state.strays.filter(({ log, entry }) => entry.version > (state.logs[log] as Log).history.length);
  const keys = new Set<string>();
  for (const { slots } of state.logs) for (const entry of slots) if (entry !== undefined) keys.add(entry.snapshotKey);
  for (const { entry } of [...strays, ...state.writers.flatMap(({ requests }) => requests)])
    keys.add(entry.snapshotKey);
  for (const { memory } of state.writers)
    for (const known of memory) if (known !== undefined) keys.add(known.snapshotKey);
  return {
    ...state,
    strays,
    snapshots: Object.fromEntries(Object.entries(state.snapshots).filter(([key]) => keys.has(key))),
  };
}
