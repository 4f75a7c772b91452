import type { RuleName } from './rules.ts';
import type { Scenario } from './state.ts';

const small = { writers: 2, slots: 2, records: [4], maxBatch: 1, crashes: 1 } as const;

/** The worlds that are looked at as a whole, each for one part of the protocol. */
export const SCENARIOS = {
  'two writers': { ...small, crashes: 2 },
  'three writers': { ...small, writers: 3, records: [3] },
  'batches cut in different ways': { ...small, records: [3], maxBatch: 2, crashes: 2 },
  'a ring of four goes round twice': { ...small, slots: 4, records: [9] },
  'snapshots and deliveries lag': { ...small, records: [3], maxBatch: 3, isLagging: true },
  'reads are torn': { ...small, records: [6], isLagging: true, tornReads: true, crashes: 0 },
  'ticks between records': { ...small, records: [2], maxBatch: 2, ticks: true },
  'a parent and its child': { ...small, records: [2, 2] },
  'ticks around a seal': { ...small, records: [1, 1], ticks: true },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

/** Where leaving a rule out is looked for: the smallest world in which it matters. */
export const SHOWN_BY: Readonly<Record<RuleName, ScenarioName>> = {
  condition: 'two writers',
  slotsStay: 'two writers',
  snapshotGate: 'snapshots and deliveries lag',
  publishGate: 'snapshots and deliveries lag',
  oneInFlight: 'batches cut in different ways',
  conflictIsFence: 'two writers',
  silenceIsUnknown: 'two writers',
  memoryAfterAck: 'two writers',
  chain: 'reads are torn',
  immutableSnapshots: 'two writers',
  snapshots: 'two writers',
  filter: 'two writers',
  deliverAfterAck: 'two writers',
  successAfterDelivery: 'two writers',
  deliverLeftovers: 'two writers',
  tickNeedsProof: 'ticks between records',
  proofOfThisVersion: 'ticks between records',
  drainedBeforeSeal: 'a parent and its child',
  childWaits: 'a parent and its child',
  sealIsFinal: 'ticks around a seal',
};
