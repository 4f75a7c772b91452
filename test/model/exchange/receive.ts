/** A receiver at work: what it begins with, which entry of a sender is next, and what it makes of it. */
import { isInRing, knowsExchange, versionBehind } from './senders.ts';
import {
  DONE,
  NONE,
  UNKNOWN,
  logAt,
  receiverAt,
  withAt,
  type Entry,
  type Memory,
  type Receive,
  type SentRow,
  type State,
} from './state.ts';
import type { ReceiverPlan, Row, Sender, World } from './world.ts';

/** Instead of a version: the sender has nothing for this receiver. */
export const NOTHING = 0;
/** The next entry belongs to the receivers of the next generation. */
export const CUT = -1;
/** The next entry is overwritten. */
export const GONE = -2;

/** @returns undefined: its turn has not come; a text: what is wrong with what it would begin with */
export function begin(world: World, state: State, receiver: number, generation: number): Receive | string | undefined {
  const plan = world.receivers[receiver] as ReceiverPlan;
  const { rules, senders } = world;
  let memory = receiverAt(state, receiver);
  if (memory.version === 0 && plan.parents.length > 0) {
    const parents = plan.parents.map((parent) => receiverAt(state, parent));
    if (!parents.every((parent) => parent.isSealed)) return undefined;
    const [first] = parents as [Memory];
    if (rules.cut && parents.some(({ positions }) => positions.join() !== first.positions.join()))
      return `${plan.name} inherits different positions`;
    memory = inherited(world, plan, parents);
  }
  const positions = memory.positions.slice();
  const watermarks = memory.watermarks.slice();
  senders.forEach((sender, i) => {
    if (sender.exchange !== plan.of || positions[i] !== UNKNOWN) return;
    const isRoot = sender.parents.length + sender.replaces.length === 0;
    const hasLog = logAt(state, i).entries.length > 0;
    if (isRoot && rules.rootsFixed && memory.version === 0 && plan.generation === 1) {
      positions[i] = 0;
      watermarks[i] = 0;
    } else if (hasLog && !(isRoot ? rules.rootsFixed : rules.sealHolds)) {
      positions[i] = 0;
      watermarks[i] = memory.watermarkMs;
    }
  });
  return {
    kind: 'receive',
    receiver,
    memory: { ...memory, positions, watermarks },
    hasTaken: false,
    hasRows: false,
    sent: [],
    violation: '',
    generation,
    put: '',
  };
}

function inherited({ rows, senders }: World, { halves }: ReceiverPlan, parents: readonly Memory[]): Memory {
  const [first] = parents as [Memory];
  const sum = (counts: (parent: Memory) => readonly number[]): number[] =>
    rows.map(({ id, half }) =>
      halves.includes(half) ? parents.reduce((total, parent) => total + (counts(parent)[id] as number), 0) : 0,
    );
  return {
    version: 0,
    positions: senders.map((_, i) =>
      first.positions[i] === UNKNOWN
        ? UNKNOWN
        : Math.min(...parents.map(({ positions }) => Math.max(0, positions[i] as number))),
    ),
    watermarks: first.watermarks,
    watermarkMs: Math.min(...parents.map(({ watermarkMs }) => watermarkMs)),
    applied: sum(({ applied }) => applied),
    late: sum(({ late }) => late),
    isSealed: false,
  };
}

/** The version that a receiver takes next of a sender, or why there is none. */
export function nextOf(world: World, state: State, { receiver, memory }: Receive, at: number): number {
  const { rules, scenario, generationsOf } = world;
  const position = memory.positions[at] as number;
  if (position === UNKNOWN || position === DONE) return NOTHING;
  const log = logAt(state, at);
  const following = rules.passOver ? versionBehind(log, position) : position + 1;
  const version = rules.dense ? following : log.entries.length;
  const entry = log.entries[version - 1];
  if (version <= position || entry === undefined) return NOTHING;
  if (rules.oldSealWaits && isOldSeal(entry) && !haveBegun(state, world.senders[at] as Sender)) return NOTHING;
  const plan = world.receivers[receiver] as ReceiverPlan;
  if (rules.cut && Math.min(entry.generation, generationsOf[plan.of] as number) > plan.generation) return CUT;
  if (position === 0 && rules.childAfterParents && isWaiting(world, state, memory, at)) return NOTHING;
  return isInRing(log, version, scenario.slots) ? version : GONE;
}

/** Whether the seal of a log before this one is not taken yet. */
export function isWaiting({ rules, senders }: World, state: State, { positions }: Memory, at: number): boolean {
  const { parents, replaces } = senders[at] as Sender;
  const isOldDone = (parent: number): boolean =>
    positions[parent] === DONE && isOldSeal(logAt(state, parent).entries.at(-1) as Entry);
  if (!rules.oldSealWaits && parents.some(isOldDone)) return false;
  return [...parents, ...replaces].some((before) => positions[before] !== DONE);
}

/** The exchange is newer, so it does not say who the parents of its children are. */
const isOldSeal = (entry: Entry): boolean => entry.kind === 'seal' && !knowsExchange(entry);

/** By then the seals of all their parents are there. */
const haveBegun = (state: State, { children }: Sender): boolean =>
  children.every((child) => logAt(state, child).entries.length > 0);

/** Of a stage: its watermark, less what its last window allows to be late (PL-34). */
export const outputOf = ({ rules, latenessMs }: World, { watermarkMs }: Entry): number =>
  rules.outputHold ? watermarkMs - latenessMs : watermarkMs;

/** The smallest of the live senders, and never less than before. */
export function watermarkOf({ watermarks, watermarkMs }: Memory): number {
  const live = watermarks.filter((watermark) => watermark !== NONE);
  return live.length === 0 ? watermarkMs : Math.max(watermarkMs, Math.min(...live));
}

/** The receiver after it has taken one entry. */
export function take(world: World, state: State, work: Receive, at: number, entry: Entry, version: number): Receive {
  const { rules, senders } = world;
  const output = outputOf(world, entry);
  const raised = (memory: Memory): Memory => {
    const next = {
      ...memory,
      watermarks: withAt(memory.watermarks, at, Math.max(memory.watermarks[at] as number, output)),
    };
    return { ...next, watermarkMs: watermarkOf(next) };
  };
  let next = rules.rowsFirst ? work : { ...work, memory: raised(work.memory) };
  for (const row of entry.rows) next = takeRow(world, state, next, at, row);
  const positions = withAt(next.memory.positions, at, entry.kind === 'seal' ? DONE : version);
  const watermarks = withAt(next.memory.watermarks, at, Math.max(next.memory.watermarks[at] as number, output));
  if (entry.kind === 'seal') {
    const handedDown = rules.handDown ? (watermarks[at] as number) : output;
    watermarks[at] = NONE;
    if (rules.sealHolds)
      for (const child of (senders[at] as Sender).children) {
        if (positions[child] === UNKNOWN) {
          positions[child] = 0;
          watermarks[child] = handedDown;
        } else if (positions[child] === 0 && rules.sealMin)
          watermarks[child] = Math.min(watermarks[child] as number, handedDown);
      }
  }
  const memory = { ...next.memory, positions, watermarks };
  return { ...next, hasTaken: true, memory: { ...memory, watermarkMs: watermarkOf(memory) } };
}

function takeRow(world: World, state: State, work: Receive, at: number, { id, isLate }: SentRow): Receive {
  const { receivers, rows, scenario } = world;
  const { memory } = work;
  const plan = receivers[work.receiver] as ReceiverPlan;
  const row = rows[id] as World['rows'][number];
  if ((isLate && scenario.sendsLate !== true) || !plan.halves.includes(row.half)) return work;
  if (isLateHere(world, memory, at, row, isLate)) {
    const late = withAt(memory.late, id, (memory.late[id] as number) + 1);
    return { ...work, hasRows: true, memory: { ...memory, late } };
  }
  const applied = withAt(memory.applied, id, (memory.applied[id] as number) + 1);
  const skipped = row.earlier.find(
    (before) => applied[before] === 0 && memory.late[before] === 0 && isSent(state, before),
  );
  const violation =
    row.timeMs < memory.watermarkMs
      ? `row ${id} of time ${row.timeMs} is late at watermark ${memory.watermarkMs}, and was in time at its sender`
      : skipped !== undefined
        ? `row ${id} is applied before row ${skipped} of the same key`
        : '';
  return {
    ...work,
    hasRows: true,
    sent: plan.sender === undefined ? work.sent : [...work.sent, { id, isLate: row.timeMs < memory.watermarkMs }],
    violation: work.violation || violation,
    memory: { ...memory, applied },
  };
}

/** By the watermark that the row carries; of a new incarnation also by the one that the old one has left (PL-44). */
function isLateHere({ rules, senders }: World, memory: Memory, at: number, row: Row, isLate: boolean): boolean {
  if (!rules.lateByCarried) return row.timeMs < memory.watermarkMs;
  const hasFloor = rules.newRootFloor && (senders[at] as Sender).replaces.length > 0;
  return isLate || (hasFloor && row.timeMs < (memory.watermarks[at] as number));
}

const isSent = ({ logs }: State, id: number): boolean =>
  logs.some(({ entries }) => entries.some(({ rows }) => rows.some((row) => row.id === id && !row.isLate)));
