import { isSnapshotDue } from '../../engine/partition-log/ring.ts';
import type { Move } from './explore.ts';
import { hasOutbox, passesGate } from './log.ts';
import type { Model, Rules } from './rules.ts';
import {
  add,
  replaced,
  withWriter,
  type Entry,
  type Log,
  type Memory,
  type State,
  type Tally,
  type Writer,
} from './state.ts';

/** What a commit is about. */
export type Intent =
  | { readonly kind: 'batch'; readonly from: number; readonly to: number }
  | { readonly kind: 'tick'; readonly drainedAt: number }
  | { readonly kind: 'inherit'; readonly tally: Tally }
  | { readonly kind: 'seal' };

/** Sends the next version, after a snapshot when one is due; gives up when the gate is closed. */
export function propose(
  model: Model,
  state: State,
  writer: Writer,
  at: number,
  memory: Memory,
  intent: Intent,
): Move<State>[] {
  const { scenario, rules } = model;
  const isDue = memory.version > 0 && isSnapshotDue(memory.version - memory.snapshotVersion, 0, 0, scenario.slots);
  const choices = !isDue || !rules.snapshots ? [false] : scenario.isLagging === true ? [true, false] : [true];
  // Without rule PL-4 a batch goes out as one commit per record, none waiting for the one before.
  const part: Intent =
    intent.kind === 'batch' && !rules.oneInFlight
      ? { kind: 'batch', from: memory.reached + 1, to: memory.reached + 1 }
      : intent;
  return choices.map((takesSnapshot) => send(model, state, writer, at, memory, part, takesSnapshot));
}

function send(
  { scenario, rules, nameOf }: Model,
  state: State,
  writer: Writer,
  at: number,
  memory: Memory,
  intent: Intent,
  takesSnapshot: boolean,
): Move<State> {
  const snapshotKey = takesSnapshot ? (rules.immutableSnapshots ? memory.commitId : 'latest') : memory.snapshotKey;
  const delta = deltaOf(scenario.records, at, intent, memory, rules.filter);
  const entry: Entry = {
    version: memory.version + 1,
    commitId: String(state.nextId),
    previousCommitId: memory.commitId,
    kind: intent.kind,
    reached: intent.kind === 'batch' ? intent.to : memory.reached,
    fired: intent.kind === 'tick' ? memory.reached : memory.fired,
    delta,
    snapshotVersion: takesSnapshot ? memory.version : memory.snapshotVersion,
    snapshotKey,
    publishedVersion: memory.publishedVersion,
    after: add(memory.tally, delta),
    drainedAt: intent.kind === 'tick' ? intent.drainedAt : -1,
  };
  const { name } = writer;
  if (!passesGate(entry, scenario.slots, rules)) {
    const idle: Writer = { ...writer, memory: replaced(writer.memory, at, undefined), work: undefined };
    return {
      label: `${name} gives up: version ${entry.version} has no room in the ring`,
      next: withWriter(state, idle),
    };
  }
  const sent: Writer = { ...writer, requests: [...writer.requests, { log: at, entry }] };
  const withMemory = !isAhead(rules, entry)
    ? sent
    : { ...sent, memory: replaced(sent.memory, at, remembered(memory, entry)) };
  const snapshots = takesSnapshot ? { ...state.snapshots, [snapshotKey]: memory.tally } : state.snapshots;
  const early = !rules.deliverAfterAck && hasOutbox(entry) ? ', and delivers it' : '';
  const logs = early === '' ? state.logs : replaced(state.logs, at, deliveredEarly(state.logs[at] as Log, entry));
  const snapshot = takesSnapshot ? `, with a snapshot of version ${memory.version}` : '';
  return {
    label: `${name} sends version ${entry.version} of ${nameOf(at)}: ${describe(entry, intent)}${snapshot}${early}`,
    next: withWriter({ ...state, logs, snapshots, nextId: state.nextId + 1 }, withMemory),
  };
}

/** Without these rules memory is changed as soon as a commit is sent. */
export const isAhead = ({ memoryAfterAck, oneInFlight }: Rules, { kind }: Entry): boolean =>
  !memoryAfterAck || (!oneInFlight && kind === 'batch');

/** Memory after its own commit stands. */
export function remembered(memory: Memory, entry: Entry): Memory {
  const { version, commitId, reached, fired, snapshotVersion, snapshotKey, after } = entry;
  const undelivered = hasOutbox(entry) ? [...memory.undelivered, { version, commitId }] : memory.undelivered;
  const publishedVersion = undelivered.length === 0 ? version : memory.publishedVersion;
  return {
    version,
    commitId,
    reached,
    fired,
    tally: after,
    snapshotVersion,
    snapshotKey,
    publishedVersion,
    undelivered,
    isSealed: entry.kind === 'seal',
  };
}

function deltaOf(records: readonly number[], at: number, intent: Intent, { reached }: Memory, filter: boolean): Tally {
  if (intent.kind === 'inherit') return intent.tally;
  const total = records.reduce((sum, count) => sum + count, 0);
  const before = at === 0 ? 0 : (records[0] as number);
  const counts = (record: number) =>
    intent.kind === 'batch' && record >= intent.from && record <= intent.to && (record > reached || !filter);
  return Array.from({ length: total }, (_, i) => (counts(i + 1 - before) ? 1 : 0));
}

function describe({ reached }: Entry, intent: Intent): string {
  if (intent.kind === 'batch')
    return intent.from === reached ? `record ${reached}` : `records ${intent.from} to ${reached}`;
  return intent.kind === 'seal' ? 'the seal' : intent.kind === 'tick' ? 'a tick' : 'what it inherits';
}

const deliveredEarly = (log: Log, { version, commitId }: Entry): Log => ({
  ...log,
  early: [...log.early, { version, commitId }],
});
