import type { Scenario } from './state.ts';

/** The rules of the protocol that can be left out one by one, with their number and what then happens instead. */
export const RULES = {
  condition: { rule: 'PL-1', without: 'a put has no condition' },
  slotsStay: { rule: 'PL-2', without: 'slots expire, and the condition allows for that' },
  snapshotGate: { rule: 'PL-3', without: 'what no snapshot covers is overwritten' },
  publishGate: { rule: 'PL-3', without: 'what nobody has delivered is overwritten' },
  oneInFlight: { rule: 'PL-4', without: 'the next version is sent before the outcome of the last is known' },
  conflictIsFence: { rule: 'PL-5', without: 'a failed condition is read as already done' },
  silenceIsUnknown: { rule: 'PL-5', without: 'silence is read as committed' },
  memoryAfterAck: { rule: 'PL-6', without: 'memory changes before the acknowledgement, and stays' },
  chain: { rule: 'PL-7', without: 'a torn read is not noticed' },
  immutableSnapshots: { rule: 'PL-8', without: 'all snapshots have one key' },
  snapshots: { rule: 'PL-8', without: 'snapshots are never taken' },
  filter: { rule: 'PL-13', without: 'replayed records are counted' },
  deliverAfterAck: { rule: 'PL-16', without: 'results are delivered before they are committed' },
  successAfterDelivery: { rule: 'PL-16', without: 'success is told before everything is delivered' },
  deliverLeftovers: { rule: 'PL-16', without: 'what another left undelivered is forgotten' },
  tickNeedsProof: { rule: 'PL-19', without: 'a tick asks nobody whether records are left' },
  proofOfThisVersion: { rule: 'PL-20', without: 'a tick follows a version that came after its proof' },
  drainedBeforeSeal: { rule: 'PL-22', without: 'a parent is sealed before it is read to its end' },
  childWaits: { rule: 'PL-22', without: 'a child starts before its parent is sealed' },
  sealIsFinal: { rule: 'PL-23', without: 'a log goes on after its seal' },
} as const;

export type RuleName = keyof typeof RULES;
/** Which of them are kept. */
export type Rules = Readonly<Record<RuleName, boolean>>;

export const rulesWithout = (dropped: readonly RuleName[]): Rules =>
  Object.fromEntries(Object.keys(RULES).map((name) => [name, !dropped.includes(name as RuleName)])) as Rules;

/** A scenario under some of the rules. */
export interface Model {
  readonly scenario: Scenario;
  readonly rules: Rules;
  nameOf(log: number): string;
}
