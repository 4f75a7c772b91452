/** What must hold in every state, and when everything has come out. */
import { isLeaf, positionAt } from './senders.ts';
import { DONE, headOf, receiverAt, type State } from './state.ts';
import type { World } from './world.ts';

export function wrongState(world: World, state: State): string | undefined {
  if (state.violation !== '') return state.violation;
  const { receivers, senders, scenario, rules, rows } = world;
  for (const plan of receivers) {
    if (!isLeaf(receivers, state, plan)) continue;
    const { version, applied, late } = receiverAt(state, plan.index);
    for (let at = 0; at < senders.length; at++) {
      const sender = senders[at];
      if (sender?.exchange !== plan.of) continue;
      const position = positionAt(state, plan, at);
      if (position === DONE) continue;
      const { length } = (state.logs[at] as State['logs'][number]).entries;

      if (position > length)
        return `${plan.name} has applied version ${position} of ${sender.name}, which is not in the log`;
      if (position + 1 <= length - scenario.slots)
        return `version ${position + 1} of ${sender.name} is overwritten, and ${plan.name} has not consumed it`;
    }
    if (version === 0) continue;
    for (const { id, half } of rows) {
      if (!plan.halves.includes(half)) continue;
      const count = (applied[id] as number) + (late[id] as number);
      if (count > 1) return `row ${id} is applied ${count} times by ${plan.name}`;
      if (!rules.onePut) continue;
      const should = isCovered(world, state, plan, id) ? 1 : 0;
      if (count !== should) return `row ${id} is applied ${count} times by ${plan.name}, its position says ${should}`;
    }
  }
  return undefined;
}

/** Whether a receiver's position of some sender covers the entry that has this row. */
function isCovered({ senders }: World, state: State, plan: World['receivers'][number], id: number): boolean {
  return senders.some(({ exchange }, at) => {
    if (exchange !== plan.of) return false;
    const version = versionOf(state, at, id);
    return version > 0 && positionAt(state, plan, at) >= version;
  });
}

const versionOf = ({ logs }: State, at: number, id: number): number =>
  (logs[at]?.entries.findIndex(({ rows }) => rows.some((row) => row.id === id && !row.isLate)) ?? -1) + 1;

export function isDone(
  { senders, receivers, rows, generationsOf, scenario, latenessMs, sources }: World,
  state: State,
): boolean {
  for (let at = 0; at < sources; at++) {
    const log = state.logs[at] as State['logs'][number];
    const all = senders[at]?.rows.length;
    if (log.arrived !== all || (headOf(log)?.reached ?? 0) !== all) return false;
  }
  const exchange = generationsOf[2] === 0 ? 1 : 2;
  return receivers.every((plan) => {
    if (plan.of !== exchange || plan.generation !== generationsOf[exchange]) return true;
    const { version, applied, late, watermarkMs } = receiverAt(state, plan.index);
    if (version === 0 && rows.length > 0) return false;
    if (scenario.endMs !== undefined && watermarkMs < scenario.endMs - latenessMs) return false;
    return rows.every(
      ({ id, half }) =>
        !plan.halves.includes(half) ||
        (applied[id] as number) + (late[id] as number) === 1 ||
        state.logs.some(({ entries }) =>
          entries.some((entry) => entry.rows.some((row) => row.id === id && row.isLate)),
        ),
    );
  });
}
