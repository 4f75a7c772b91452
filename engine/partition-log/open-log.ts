import { decompress } from '../codec/compression.ts';
import { TidemarkError } from '../errors.ts';
import type { Outbox } from '../outputs.ts';
import { changeForm, decodeIn } from '../state/state-form.ts';
import { emptyState, type PartitionState } from '../state/partition-state.ts';
import { timersOf } from '../state/rebuild-timers.ts';
import { applyChange } from '../state/state-change.ts';
import { withStoredState } from '../user-code/stored-state.ts';
import type { LogEntry } from './entry.ts';
import { progressOf } from '../state/progress.ts';
import { snapshotPrefix } from './log-id.ts';
import type { LogSettings } from './log-settings.ts';
import { decodeOutbox } from './outbox-codec.ts';
import { readObjects } from './objects.ts';
import { readBody } from './read-body.ts';
import { readTail, type LogTail } from './read-log.ts';
import { StateForms } from './state-schema.ts';
import { readSnapshot } from './read-snapshot.ts';
import { restoreSnapshot } from './restore-snapshot.ts';
import { NO_CHAIN, type SnapshotChain } from './snapshot-chain.ts';

/** A commit whose outbox is still to be delivered. */
export interface Undelivered {
  /** Of the log entry: the same on every repeat. */
  readonly epochMs: number;
  readonly version: number;
  readonly commitId: string;
  /** The newest arrival or tick when it was decided [ms since 1970]. */
  readonly processingTimeMs: number;
  readonly outbox: Outbox;
}

export interface LoadedLog {
  readonly state: PartitionState;
  /** undefined: a new log. */
  readonly head: LogEntry | undefined;
  /** Not known to be delivered, ascending (PL-16). */
  readonly undelivered: readonly Undelivered[];
  readonly snapshot: SnapshotChain;
  readonly deltaBytes: number;
}

/**
 * Snapshot plus log, verified (PL-7): the chain of commit ids and the state's hash at the head.
 *
 * @throws LOG_DELETED (internal) snapshots without a log: a fresh start would count everything again
 * @throws STATE_SCHEMA_CHANGED (invalid) the state was written by another definition of the pipeline (PL-30)
 */
export async function openLog(settings: LogSettings, logId: string): Promise<LoadedLog> {
  for (let seen = 0; ;) {
    const tail = await readTail(settings.logs, settings.clock, logId, settings.slots);
    const head = tail.at(-1);
    if (head === undefined) {
      if ((await settings.blobs.list(snapshotPrefix(logId))).length === 0) return newLog(settings);
      // A snapshot is younger than version 1: either another instance began this log just now, or its slots are gone.
      if ((await readTail(settings.logs, settings.clock, logId, settings.slots)).length === 0)
        throw deleted(settings, logId);
      continue;
    }
    const forms = new StateForms(settings, logId);
    await forms.of(head.fingerprint, head.codec);
    const loaded = await rebuild(settings, forms, logId, tail, head);
    if (loaded !== undefined) return loaded;
    // A log that moved on meanwhile has newer objects; one that stands still has lost them.
    if (head.version === seen) {
      throw new TidemarkError(
        'internal',
        'OBJECT_MISSING',
        `log ${logId} must find its snapshot, large deltas and outboxes, got none for version ${head.version}; restore the deleted objects`,
      );
    }
    seen = head.version;
  }
}

const newLog = ({ topology }: LogSettings): LoadedLog => ({
  state: emptyState(topology),
  head: undefined,
  undelivered: [],
  snapshot: NO_CHAIN,
  deltaBytes: 0,
});

function deleted({ slots }: LogSettings, logId: string): TidemarkError {
  const anew = [
    'delete the mapping, disable the tick,',
    'delete the slots and snapshots of this log and of every shard that came of it,',
    'make the mapping at TRIM_HORIZON',
  ].join(' ');
  const text = `log ${logId} must have its ${slots} slots, got none though it has snapshots`;
  return new TidemarkError('internal', 'LOG_DELETED', `${text}; restore the log table; or begin anew: ${anew}`);
}

/** @returns undefined when an object is gone: a newer snapshot took its place during the read, so read again */
async function rebuild(
  { blobs, topology, userCode }: LogSettings,
  forms: StateForms,
  logId: string,
  tail: LogTail,
  head: LogEntry,
): Promise<LoadedLog | undefined> {
  const stored = withStoredState(topology, userCode);
  let state = emptyState(topology);
  // As the definition wrote it that was deployed at the time; the newest only at the end.
  let form = forms.current;
  let snapshot = NO_CHAIN;
  const [read, deltas, outboxes] = await Promise.all([
    head.snapshotVersion === 0 ? undefined : readSnapshot(blobs, head.snapshotKey),
    readObjects(tail, async ({ version, delta }) =>
      version <= head.snapshotVersion ? undefined : readBody(blobs, delta),
    ),
    readObjects(tail, async ({ version, outbox }) =>
      version <= head.publishedVersion ? undefined : readBody(blobs, outbox),
    ),
  ]);
  if (head.snapshotVersion > 0) {
    if (read === undefined) return undefined;
    ({ chain: snapshot } = read);
    form = await forms.of(read.fingerprint, head.codec);
    const then = form;
    state = stored('read', () => restoreSnapshot(read.parts, topology, then, head.snapshotKey));
  }
  let deltaBytes = 0;
  for (const [i, entry] of tail.entries()) {
    if (entry.version <= head.snapshotVersion) continue;
    const delta = deltas[i];
    if (delta === undefined) return undefined;
    deltaBytes += delta.length;
    const before = form;
    const written = await forms.of(entry.fingerprint, entry.codec);
    if (written !== form) stored('write', () => changeForm(state, before, written));
    form = written;
    const tables = stored('read', () => decodeIn(written, topology, decompress(delta)));
    applyChange(state, { ...progressOf(entry), tables, timers: [] });
    if (state.stateHash !== entry.stateHash) {
      throw new TidemarkError(
        'internal',
        'STATE_HASH_MISMATCH',
        `version ${entry.version} of ${logId} must lead to state hash ${entry.stateHash}, got ${state.stateHash}; restore the log table and bucket`,
      );
    }
  }
  if (form !== forms.current) stored('write', () => changeForm(state, form, forms.current));
  state.timers = timersOf(topology, state);
  const undelivered: Undelivered[] = [];
  for (const [i, { version, commitId, epochMs, processingTimeMs }] of tail.entries()) {
    if (version <= head.publishedVersion) continue;
    const bytes = outboxes[i];
    if (bytes === undefined) return undefined;
    undelivered.push({ version, commitId, epochMs, processingTimeMs, outbox: decodeOutbox(decompress(bytes)) });
  }
  return { state, head, undelivered, snapshot, deltaBytes };
}
