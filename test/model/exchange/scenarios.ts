import type { RuleName } from './rules.ts';
import type { Scenario } from './world.ts';

const r0 = { name: 'r0', generation: 1, halves: [0] };
const r1 = { name: 'r1', generation: 1, halves: [1] };
const two = { receivers: [r0, r1] };
const one = { receivers: [{ name: 'r0', generation: 1, halves: [0, 1] }] };
const merging = { receivers: [r0, r1, { name: 'q0', generation: 2, halves: [0, 1] }] };
const splitting = {
  receivers: [
    { name: 'q0', generation: 1, halves: [0, 1] },
    { name: 'r0', generation: 2, halves: [0] },
    { name: 'r1', generation: 2, halves: [1] },
  ],
};
const small = { slots: 1, containers: 2, crashes: 0 };
const killed = { ...small, crashes: 1 };
const x0 = { name: 'x0', generation: 1, halves: [0, 1], exchange: 2 } as const;
const x1 = { ...x0, name: 'x1', halves: [0] };
const x2 = { ...x0, name: 'x2', halves: [1] };
const y0 = { ...x0, name: 'y0', generation: 2 };
const chain = { receivers: [...one.receivers, x0] };
const three = { A: ['1→2', '2→4 h1'], B: ['1→3'] };

/** The worlds that are looked at as a whole, each for one part of the rules. A record is `time→watermark after it`. */
export const SCENARIOS = {
  'two senders, two receivers': { ...killed, ...two, sources: three },
  'three containers': { ...killed, ...one, containers: 3, sources: three },
  'two crashes': { ...small, ...one, crashes: 2, sources: three },
  'a ring of two goes round': {
    ...killed,
    ...one,
    slots: 2,
    sources: { A: ['1→2', '2→4 h1', '4→5', '5→6'], B: ['1→3'] },
  },
  'late firings of stage one': { ...killed, ...one, latenessMs: 2, sources: { A: ['3→4', '2→4'], B: ['3→5'] } },
  'idle senders, ticks': { ...small, ...one, arrive: true, endMs: 8, sources: { A: ['2→3'], B: ['1→2'] } },
  'a partition without records': { ...killed, ...one, arrive: true, endMs: 8, sources: { A: ['2→3'], B: [] } },
  'a sender splits': {
    ...small,
    ...one,
    parents: { C: ['A'], D: ['A'] },
    sources: { A: ['1→3'], B: ['2→9'], C: ['3→5'], D: ['4→6 h1'] },
  },
  'a sender splits, killed': {
    ...killed,
    ...one,
    parents: { C: ['A'] },
    sources: { A: ['1→3'], B: ['2→9'], C: ['3→5'] },
  },
  'a sender splits, ticks': {
    ...small,
    ...one,
    arrive: true,
    endMs: 9,
    parents: { C: ['A'] },
    sources: { A: ['1→3'], B: [], C: ['3→5'] },
  },
  'senders merge': {
    ...small,
    ...one,
    parents: { C: ['A', 'B'] },
    sources: { A: ['1→6'], B: ['1→2 h1'], C: ['2→7 h1'] },
  },
  'receivers merge while running': { ...small, ...merging, sources: { A: ['1→2', '2→4 h1'], B: [] } },
  'receivers split while running': { ...small, ...splitting, sources: { A: ['1→2', '2→4 h1'], B: [] } },
  'a sender splits while receivers merge': {
    ...small,
    ...merging,
    parents: { C: ['A'] },
    sources: { A: ['1→2'], C: ['2→4'] },
  },
  'receivers merge, killed': { ...killed, ...merging, sources: { A: ['1→2'], B: [] } },
  'senders merge, killed': {
    ...killed,
    ...one,
    parents: { C: ['A', 'B'] },
    sources: { A: ['1→6'], B: ['1→2 h1'], C: ['2→7 h1'] },
  },
  'senders merge while receivers merge': {
    ...small,
    ...merging,
    parents: { C: ['A', 'B'] },
    sources: { A: ['1→4'], B: [], C: ['2→5'] },
  },
  'three fragments': { ...killed, ...chain, sources: { A: ['1→2', '2→4'] } },
  'three fragments, two senders': { ...small, ...chain, sources: { A: ['1→2', '2→4'], B: ['1→3'] } },
  'three fragments, ticks': { ...small, slots: 2, ...chain, arrive: true, endMs: 8, sources: { A: ['2→3'], B: [] } },
  'the middle of three merges': { ...small, receivers: [...merging.receivers, x0], sources: { A: ['1→2'] } },
  'both exchanges merge, one container': {
    ...small,
    containers: 1,
    receivers: [...merging.receivers, x1, x2, y0],
    sources: { A: ['1→2'] },
  },
  'the last of three merges': {
    ...small,
    receivers: [...one.receivers, x1, x2, y0],
    sources: { A: ['1→2'] },
  },
  'a source is made again': {
    ...small,
    ...one,
    madeAgain: { N: ['A'] },
    sources: { A: ['1→4', '5→6'], B: ['2→9'], N: ['3→5'] },
  },
  'a source is made again, killed': {
    ...killed,
    ...one,
    madeAgain: { N: ['A'] },
    sources: { A: ['1→4'], B: ['2→9'], N: ['3→5', '5→7'] },
  },
  'a source of two is made again': {
    ...small,
    ...one,
    madeAgain: { N: ['A', 'B'] },
    sources: { A: ['1→4'], B: ['2→9'], N: ['3→5'] },
  },
  'a source is made again, ticks': {
    ...small,
    ...one,
    arrive: true,
    endMs: 9,
    madeAgain: { N: ['A'] },
    sources: { A: ['1→4'], B: [], N: ['3→5'] },
  },
  'a split source is made again': {
    ...small,
    ...one,
    parents: { C: ['A'] },
    madeAgain: { N: ['C'] },
    sources: { A: ['1→4'], B: ['2→9'], C: [], N: ['3→5'] },
  },
  'an exchange is added': { ...small, ...one, isAdded: true, sources: { A: ['1→2', '2→4', '4→5'], B: ['1→3'] } },
  'an exchange is added, killed': { ...killed, ...one, isAdded: true, sources: { A: ['1→2', '2→4'], B: [] } },
  'an exchange is added while a sender splits': {
    ...small,
    ...one,
    isAdded: true,
    parents: { C: ['A'] },
    sources: { A: ['1→2'], B: ['1→9'], C: ['2→4'] },
  },
  'an exchange is added while senders merge': {
    ...small,
    ...one,
    slots: 2,
    isAdded: true,
    parents: { C: ['A', 'B'] },
    sources: { A: [], B: ['1→2'], C: ['2→4'] },
  },
  'rows that are late at their sender': {
    ...killed,
    ...one,
    sendsLate: true,
    sources: { A: ['3→4', '1→4'], B: ['2→3', '2→5'] },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

/** Where leaving a rule out is looked for: the smallest world in which it matters. */
export const SHOWN_BY: Readonly<Record<RuleName, ScenarioName>> = {
  gate: 'two senders, two receivers',
  gateAll: 'two senders, two receivers',
  gateCommitted: 'three containers',
  fromLogOnly: 'three containers',
  dense: 'a ring of two goes round',
  onePut: 'two senders, two receivers',
  receiverFence: 'two senders, two receivers',
  emptyCommit: 'two senders, two receivers',
  rowsFirst: 'two senders, two receivers',
  outputHold: 'late firings of stage one',
  rootsFixed: 'two senders, two receivers',
  sealHolds: 'a sender splits',
  sealMin: 'senders merge',
  childAfterParents: 'senders merge',
  tickInLog: 'idle senders, ticks',
  tickForReceivers: 'idle senders, ticks',
  tickBegins: 'a partition without records',
  bellIsHint: 'three containers',
  cut: 'receivers merge while running',
  waitingIsBehind: 'senders merge while receivers merge',
  genTick: 'receivers merge while running',
  drainOld: 'receivers merge while running',
  genMiddle: 'the last of three merges',
  dueLater: 'three fragments, ticks',
  gateSince: 'an exchange is added',
  passOver: 'an exchange is added',
  oldSealWaits: 'an exchange is added while senders merge',
  oldCodeStops: 'an exchange is added',
  sealOldSource: 'a source is made again',
  handDown: 'a split source is made again',
  newRootFloor: 'a source is made again',
  lateByCarried: 'rows that are late at their sender',
};
