/** Everything that can happen: records arrive, containers do any work, are killed and redeployed, puts come late. */
import type { Machine, Move } from '../explore.ts';
import { isDone, wrongState } from './checks.ts';
import { begin, nextOf } from './receive.ts';
import { receiverMoves } from './receiver-moves.ts';
import type { RuleName } from './rules.ts';
import { isMadeAgain, proposals } from './senders.ts';
import { stateKeyOf } from './state-key.ts';
import { initialState, logAt, receiverAt, withAt, type Container, type Job, type State } from './state.ts';
import { execute, settle } from './store.ts';
import { worldOf, type Scenario, type World } from './world.ts';

export function exchangeOf(scenario: Scenario, dropped: readonly RuleName[] = []): Machine<State> {
  const world = worldOf(scenario, dropped);
  return {
    initial: initialState(world),
    moves: (state) => [
      ...arrivals(world, state),
      ...state.containers.flatMap((container, at) => containerMoves(world, state, container, at)),
      ...state.strays.flatMap((put, at) => strayMoves(world, state, put, at)),
    ],
    keyOf: stateKeyOf(world),
    wrong: (state) => wrongState(world, state),
    isDone: (state) => isDone(world, state),
  };
}

function arrivals(world: World, state: State): Move<State>[] {
  const { senders, sources } = world;
  const moves: Move<State>[] = [];
  for (let at = 0; at < sources; at++) {
    const { name, rows, parents } = senders[at] as World['senders'][number];
    const log = logAt(state, at);
    const row = rows[log.arrived];
    const isOpen =
      !isMadeAgain(world, state, at) &&
      parents.every((parent) => logAt(state, parent).arrived === senders[parent]?.rows.length);
    if (row === undefined || !isOpen) continue;
    const logs = withAt(state.logs, at, { ...log, arrived: log.arrived + 1 });
    moves.push({ label: `record ${row.id} arrives in ${name}`, next: { ...state, logs } });
  }
  return moves;
}

export const nameOfContainer = (at: number): string => 'XYZ'[at] as string;

const withContainer = (state: State, at: number, container: Container): State => ({
  ...state,
  containers: withAt(state.containers, at, container),
});

function containerMoves(world: World, state: State, container: Container, at: number): Move<State>[] {
  const { job } = container;
  if (job === undefined) return idleMoves(world, state, container, at);
  const moves =
    job.kind === 'receive' && job.put === ''
      ? receiverMoves(world, state, job, nameOfContainer(at)).map(({ label, job: next }) => ({
          label,
          next: withContainer(state, at, { ...container, job: next }),
        }))
      : [putMove(world, state, container, job, at)];
  return state.crashesLeft > 0 ? [...moves, ...crashes(world, state, container, job, at)] : moves;
}

/** A container without work: another code, an entry of any sender, any receiver. */
function idleMoves(world: World, state: State, container: Container, at: number): Move<State>[] {
  const { rules, senders, receivers, generations, generationsOf, sources } = world;
  const { generation } = container;
  const name = nameOfContainer(at);
  const moves: Move<State>[] = [];
  if (generation < generations)
    moves.push({
      label: `${name} gets code of generation ${generation + 1}`,
      next: withContainer(state, at, { ...container, generation: generation + 1 }),
    });
  for (let sender = 0; sender < sources; sender++) {
    const version = logAt(state, sender).entries.length + 1;
    for (const { what, entry } of proposals(world, state, sender, generation))
      moves.push({
        label: `${name} sends ${senders[sender]?.name}${version}: ${what}`,
        next: withContainer(state, at, { ...container, job: { kind: 'entry', sender, version, entry } }),
      });
  }
  receivers.forEach(({ name: receiver, index, generation: own, of }) => {
    const { isSealed, version } = receiverAt(state, index);
    if (own > generation || isSealed || (!rules.bellIsHint && state.rung[index] !== true)) return;
    if (!rules.drainOld && own < Math.min(generation, generationsOf[of] as number)) return;
    const job = begin(world, state, index, generation);
    if (job === undefined) return;
    if (typeof job === 'string') {
      moves.push({ label: `${name} begins ${receiver}`, next: { ...state, violation: job } });
      return;
    }
    const heard = rules.bellIsHint ? state : { ...state, rung: withAt(state.rung, index, false) };
    moves.push({
      label: `${name} reads ${receiver} (version ${version})`,
      next: withContainer(heard, at, { ...container, job }),
    });
  });
  return moves;
}

/** The put on its way is executed, and its container hears of it. */
function putMove(world: World, state: State, container: Container, job: Job, at: number): Move<State> {
  const { rules } = world;
  const after = execute(world, state, job);
  const isPositionsNext = !rules.onePut && after !== undefined && job.kind === 'receive';
  const { positions, watermarks } = job.kind === 'receive' ? job.memory : { positions: [], watermarks: [] };
  const next: Container = {
    ...container,
    job: isPositionsNext ? { kind: 'positions', receiver: job.receiver, positions, watermarks } : undefined,
  };
  const heard = ring(world, withContainer(after ?? state, at, next), job);
  return {
    label: `${nameOfPut(world, job)} of ${nameOfContainer(at)} is ${after === undefined ? 'refused' : 'stored'}`,
    next: settle(world, heard),
  };
}

/** Without `bellIsHint`: a sender rings all receivers, a receiver itself while there is more. */
function ring(world: World, state: State, job: Job): State {
  if (world.rules.bellIsHint) return state;
  if (job.kind === 'entry') return { ...state, rung: state.rung.map(() => true) };
  const again = begin(world, state, job.receiver, 1);
  const hasMore =
    typeof again === 'object' && again.memory.positions.some((_, sender) => nextOf(world, state, again, sender) > 0);
  return hasMore ? { ...state, rung: withAt(state.rung, job.receiver, true) } : state;
}

function nameOfPut({ senders, receivers }: World, job: Job): string {
  if (job.kind === 'entry') return `${senders[job.sender]?.name}${job.version}`;
  const receiver = receivers[job.receiver]?.name;
  return job.kind === 'positions' ? `positions of ${receiver}` : `${receiver} version ${job.memory.version + 1}`;
}

function crashes(world: World, state: State, container: Container, job: Job, at: number): Move<State>[] {
  const name = nameOfContainer(at);
  const dead = withContainer({ ...state, crashesLeft: state.crashesLeft - 1 }, at, { ...container, job: undefined });
  const isOnItsWay = job.kind !== 'receive' || job.put !== '';
  const killed = isOnItsWay ? { ...dead, strays: [...dead.strays, job] } : dead;
  const noticed =
    world.rules.bellIsHint || job.kind !== 'receive'
      ? killed
      : { ...killed, rung: withAt(killed.rung, job.receiver, true) };
  const moves = [{ label: `${name} is killed`, next: settle(world, noticed), isFault: true }];
  if (!world.rules.bellIsHint && job.kind === 'entry')
    moves.push({
      label: `${nameOfPut(world, job)} of ${name} is stored, and ${name} is killed before it rings`,
      next: settle(world, execute(world, dead, job) ?? dead),
      isFault: true,
    });
  return moves;
}

/** A put whose container is gone is executed after all. */
function strayMoves(world: World, state: State, put: Job, at: number): Move<State>[] {
  const after = execute(world, { ...state, strays: state.strays.filter((_, i) => i !== at) }, put);
  if (after === undefined) return [];
  return [{ label: `${nameOfPut(world, put)} is stored late`, next: settle(world, after), isFault: true }];
}
