/** The store: what a put does when it is executed, whenever that is. */
import { UNKNOWN, logAt, receiverAt, withAt, type Job, type Memory, type State } from './state.ts';
import type { ReceiverPlan, World } from './world.ts';

/** @returns undefined when the put is refused */
export function execute(world: World, state: State, put: Job): State | undefined {
  if (put.kind === 'entry') {
    const log = logAt(state, put.sender);
    if (log.entries.length !== put.version - 1) return undefined;
    return { ...state, logs: withAt(state.logs, put.sender, { ...log, entries: [...log.entries, put.entry] }) };
  }
  const { receiver } = put;
  const stored = receiverAt(state, receiver);
  if (put.kind === 'positions') {
    const { positions, watermarks } = put;
    return { ...state, receivers: withAt(state.receivers, receiver, { ...stored, positions, watermarks }) };
  }
  const { rules } = world;
  if (stored.isSealed || (rules.receiverFence && stored.version !== put.memory.version)) return undefined;
  const plan = world.receivers[receiver] as ReceiverPlan;
  const next: Memory = { ...put.memory, version: put.memory.version + 1, isSealed: put.put === 'seal' };
  const violation = state.violation || wrongCommit(plan, stored, next) || put.violation;
  const kept = rules.onePut ? next : { ...next, ...oldPositions(world, stored) };
  return { ...state, violation, logs: logsAfter(state, plan, put), receivers: withAt(state.receivers, receiver, kept) };
}

function wrongCommit({ name }: ReceiverPlan, before: Memory, { positions, applied }: Memory): string {
  if (before.positions.some((position, i) => position !== UNKNOWN && Math.max(0, positions[i] as number) < position))
    return `${name} goes back to what it was`;
  const twice = applied.findIndex((count) => count > 1);
  return twice === -1 ? '' : `row ${twice} is applied twice by ${name}`;
}

function oldPositions({ senders }: World, { version, positions, watermarks }: Memory): Partial<Memory> {
  if (version > 0) return { positions, watermarks };
  const atStart = senders.map(({ parents }) => (parents.length === 0 ? 0 : UNKNOWN));
  return { positions: atStart, watermarks: atStart };
}

/** The log of a receiver is the next exchange. */
function logsAfter({ logs }: State, { sender }: ReceiverPlan, put: Job & { kind: 'receive' }): State['logs'] {
  if (sender === undefined) return logs;
  const log = logs[sender] as State['logs'][number];
  const entry = {
    kind: put.put === 'seal' ? ('seal' as const) : ('batch' as const),
    rows: put.sent,
    reached: 0,
    watermarkMs: put.memory.watermarkMs,
    generation: put.generation,
  };
  return withAt(logs, sender, { ...log, entries: [...log.entries, entry] });
}

/** Leaves out late puts that can have no effect any more. */
export function settle({ rules }: World, state: State): State {
  if (state.strays.length === 0) return state;
  const strays = state.strays.filter((put) => {
    if (put.kind === 'entry') return logAt(state, put.sender).entries.length < put.version;
    if (put.kind === 'positions' || !rules.receiverFence) return true;
    const { version, isSealed } = receiverAt(state, put.receiver);
    return version === put.memory.version && !isSealed;
  });
  return strays.length === state.strays.length ? state : { ...state, strays };
}
