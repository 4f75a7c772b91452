/** What must hold in every state, and when everything has come out. */
import { isLeaf, isMadeAgain, knowsExchange, positionAt, versionBehind } from './senders.ts';
import { DONE, headOf, isSealed, logAt, receiverAt, type Log, type State } from './state.ts';
import type { ReceiverPlan, Row, World } from './world.ts';

export function wrongState(world: World, state: State): string | undefined {
  if (state.violation !== '') return state.violation;
  const { receivers, scenario } = world;
  for (const plan of receivers) {
    if (!isLeaf(receivers, state, plan)) continue;
    const wrong = wrongPosition(world, state, plan) ?? wrongRow(world, state, plan);
    if (wrong !== undefined) return wrong;
  }
  return scenario.isAdded === true ? unsentRow(world, state) : undefined;
}

function wrongPosition({ senders, scenario }: World, state: State, plan: ReceiverPlan): string | undefined {
  for (let at = 0; at < senders.length; at++) {
    const sender = senders[at];
    if (sender?.exchange !== plan.of) continue;
    const position = positionAt(state, plan, at);
    if (position === DONE) continue;
    const log = logAt(state, at);
    const { length } = log.entries;
    if (position > length)
      return `${plan.name} has applied version ${position} of ${sender.name}, which is not in the log`;
    const next = versionBehind(log, position);
    if (next <= length - scenario.slots)
      return `version ${next} of ${sender.name} is overwritten, and ${plan.name} has not consumed it`;
  }
  return undefined;
}

function wrongRow(world: World, state: State, plan: ReceiverPlan): string | undefined {
  const { rules, rows, scenario } = world;
  const { version, applied, late } = receiverAt(state, plan.index);
  if (version === 0) return undefined;
  for (const { id, half } of rows) {
    if (!plan.halves.includes(half)) continue;
    const count = (applied[id] as number) + (late[id] as number);
    if (count > 1) return `row ${id} is applied ${count} times by ${plan.name}`;
    if (!rules.onePut) continue;
    const should = isCovered(world, state, plan, id) ? 1 : 0;
    if (count !== should) return `row ${id} is applied ${count} times by ${plan.name}, its position says ${should}`;
    if (scenario.sendsLate !== true || count === 0) continue;
    const isLate = state.logs.some((log) => isLateIn(log, id));
    if (isLate && applied[id] === 1) return `row ${id} was late at its sender, and is in time at ${plan.name}`;
    if (!isLate && late[id] === 1) return `row ${id} was in time at its sender, and is late at ${plan.name}`;
  }
  return undefined;
}

/** Whether a receiver's position of some sender covers the entry that has this row. */
function isCovered({ senders, scenario }: World, state: State, plan: ReceiverPlan, id: number): boolean {
  return senders.some(({ exchange }, at) => {
    if (exchange !== plan.of) return false;
    const version = versionOf(logAt(state, at), id, scenario.sendsLate === true);
    return version > 0 && positionAt(state, plan, at) >= version;
  });
}

const versionOf = ({ entries }: Log, id: number, sendsLate: boolean): number =>
  entries.findIndex(({ rows }) => rows.some((row) => row.id === id && (sendsLate || !row.isLate))) + 1;

const isLateIn = ({ entries }: Log, id: number): boolean =>
  entries.some(({ rows }) => rows.some((row) => row.id === id && row.isLate));

/** A record that was counted without its row, behind an entry whose rows are read. */
function unsentRow({ senders }: World, { logs }: State): string | undefined {
  for (const [at, { entries }] of logs.entries()) {
    const first = entries.findIndex(knowsExchange);
    const unsent =
      first === -1
        ? -1
        : entries.findIndex(({ kind }, i) => i > first && kind === 'batch' && !knowsExchange(entries[i]));
    if (unsent !== -1)
      return `version ${unsent + 1} of ${senders[at]?.name} counts a record without its row, and version ${first + 1} has rows`;
  }
  return undefined;
}

export function isDone(world: World, state: State): boolean {
  const { receivers, rows, generationsOf, sources, senders } = world;
  for (let at = 0; at < sources; at++) {
    const log = logAt(state, at);
    const all = senders[at]?.rows.length;
    const isRead = log.arrived === all && (headOf(log)?.reached ?? 0) === all;
    if (!isRead && !(isMadeAgain(world, state, at) && isSealed(log))) return false;
  }
  const last = generationsOf[2] === 0 ? 1 : 2;
  return receivers.every((plan) => {
    if (plan.of !== last || plan.generation !== generationsOf[last]) return true;
    const { version, watermarkMs } = receiverAt(state, plan.index);
    if (version === 0 && rows.length > 0) return false;
    const { endMs } = world.scenario;
    if (endMs !== undefined && watermarkMs < endMs - world.latenessMs) return false;
    return rows.every((row) => !plan.halves.includes(row.half) || isOut(world, state, plan, row));
  });
}

/** Whether a row has come to its receiver, or never will: its record is late, from before the exchange, or gone. */
function isOut({ scenario }: World, state: State, { index }: ReceiverPlan, { id }: Row): boolean {
  const { applied, late } = receiverAt(state, index);
  if ((applied[id] as number) + (late[id] as number) === 1) return true;
  return !state.logs.some((log) => versionOf(log, id, scenario.sendsLate === true) > 0);
}
