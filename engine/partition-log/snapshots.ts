import { CODEC_VERSION } from '../codec/compression.ts';
import type { PartitionState } from '../state/partition-state.ts';
import { minutes } from '../time/duration.ts';
import { withStoredState } from '../user-code/stored-state.ts';
import type { LogEntry } from './entry.ts';
import { reopenedKeyOf, reopenedPrefix, snapshotPrefix, snapshotsFrom, spillPrefix } from './log-id.ts';
import type { LoadedLog } from './open-log.ts';
import type { LogSettings } from './log-settings.ts';
import { deleteObjects, type NewObjects } from './objects.ts';
import { commitsUntilLate, isSnapshotDue } from './ring.ts';
import { extended, type SnapshotChain } from './snapshot-chain.ts';
import { PACKING, SnapshotWriter, type Packing } from './snapshot-writer.ts';
import { mayBeReopened, unneededKeys } from './unneeded-objects.ts';

interface Pointer {
  readonly snapshotVersion: number;
  readonly snapshotKey: string;
  /** What has to be known to read the log from there. */
  readonly codec: number;
}

/** Every so many snapshots, what nobody can need any more is looked for and deleted. */
const CLEAN_UP_EVERY = 8;

/** No table is restored, and put in the place of the other, in less: an instance that commits more often needs not look again. */
const SHORTEST_RESTORE_MS = minutes(5);

/**
 * When a log takes snapshots, and which it keeps (PL-8). One is written just before the commit that points to it, so a log
 * whose snapshots failed for a while takes one as soon as it can, even when its ring is full.
 *
 *     put snapshot of v ──► commit v+1 carries the pointer ──► what no log can need any more is deleted
 *
 * Large groups are written over several commits, as they were at v, so that none of them takes long:
 *
 *     begin at v ──► v+1 ──► v+2 ──► … written: put snapshot of v ──► the next commit carries the pointer
 */
export class Snapshots {
  readonly #settings: LogSettings;
  readonly #logId: string;
  readonly #packing: Packing;
  /** Of the snapshot that is being taken. */
  #writer: SnapshotWriter | undefined;
  #pointer: Pointer;
  /** What a reader of the newest snapshot needs. */
  #chain: SnapshotChain;
  #deltaBytes: number;
  #sinceCleanUp = CLEAN_UP_EVERY;
  /** When it was last noted that the log points to older snapshots than there are, or seen that it does not. */
  #notedMs = -Infinity;

  constructor(settings: LogSettings, logId: string, { head, snapshot, deltaBytes }: LoadedLog) {
    this.#settings = settings;
    this.#logId = logId;
    this.#packing = settings.packing ?? PACKING;
    this.#pointer = {
      snapshotVersion: head?.snapshotVersion ?? 0,
      snapshotKey: head?.snapshotKey ?? '',
      codec: head?.codec ?? CODEC_VERSION,
    };
    this.#chain = snapshot;
    this.#deltaBytes = deltaBytes;
  }

  /**
   * What the commit after `head` says about snapshots; first encodes one that is due, or the next part of it.
   *
   * @param objects to which a snapshot is added that the commit points to
   * @throws BLOB_UNAVAILABLE (unavailable)
   */
  async beforeCommit(head: LogEntry | undefined, state: PartitionState, objects: NewObjects): Promise<Pointer> {
    const { slots } = this.#settings;
    await this.#noteReopened();
    if (head === undefined) return this.#pointer;
    const versionsSince = head.version - this.#pointer.snapshotVersion;
    const isDue = isSnapshotDue(versionsSince, this.#deltaBytes, this.#chain.bytes, slots);
    if (this.#writer === undefined && !isDue) return this.#pointer;
    const writer = (this.#writer ??= this.#begin(head, state));
    const share = Math.ceil(writer.remaining / commitsUntilLate(versionsSince, slots));
    if (!writer.advance(Math.max(share, this.#packing.entriesPerCommit))) return this.#pointer;
    this.#writer = undefined;
    return this.#finish(writer, objects);
  }

  #begin({ version, commitId }: LogEntry, state: PartitionState): SnapshotWriter {
    const { topology, userCode } = this.#settings;
    const header = { logId: this.#logId, version, commitId };
    this.#deltaBytes = 0;
    return withStoredState(topology, userCode)(
      'write',
      () => new SnapshotWriter(header, state, topology, this.#packing, this.#chain),
    );
  }

  #finish(writer: SnapshotWriter, objects: NewObjects): Pointer {
    const { version, key, codec } = writer;
    const bytes = writer.finish();
    objects.add(key, bytes);
    this.#chain = extended(this.#chain, writer, bytes.length);
    return { snapshotVersion: version, snapshotKey: key, codec };
  }

  /** The commit stands: its pointer is the log's. */
  async afterCommit({ snapshotVersion, snapshotKey, codec }: LogEntry, deltaBytes: number): Promise<void> {
    this.#deltaBytes += deltaBytes;
    const previous = this.#pointer;
    if (snapshotVersion === previous.snapshotVersion) return;
    this.#pointer = { snapshotVersion, snapshotKey, codec };
    if (++this.#sinceCleanUp < CLEAN_UP_EVERY) return;
    this.#sinceCleanUp = 0;
    await this.#cleanUp(previous);
  }

  /**
   * Leaves a mark where this log points to a snapshot although newer ones were stored: most likely its table was restored.
   * A mark without need keeps a snapshot for longer, and harms nothing.
   */
  async #noteReopened(): Promise<void> {
    const { blobs, clock, recoveryMs = 0 } = this.#settings;
    const sinceMs = this.#notedMs;
    this.#notedMs = clock.nowMs();
    if (recoveryMs === 0 || this.#notedMs < sinceMs + SHORTEST_RESTORE_MS) return;
    const { snapshotVersion, snapshotKey } = this.#pointer;
    const stored = await blobs.oldest(snapshotPrefix(this.#logId), snapshotsFrom(this.#logId, snapshotVersion));
    if (mayBeReopened(snapshotVersion, snapshotKey, stored))
      await blobs.putIfAbsent(reopenedKeyOf(this.#logId, snapshotKey, this.#notedMs), new Uint8Array());
  }

  /** Two snapshots are kept, all that the table restored to an earlier moment points to, and the large bodies behind them. */
  async #cleanUp(previous: Pointer): Promise<void> {
    const { blobs, clock, slots, recoveryMs = 0 } = this.#settings;
    const [snapshots, spills, reopened] = await Promise.all([
      blobs.oldest(snapshotPrefix(this.#logId)),
      blobs.oldest(spillPrefix(this.#logId)),
      recoveryMs === 0 ? [] : blobs.oldest(reopenedPrefix(this.#logId)),
    ]);
    const pointedTo = [previous.snapshotKey, this.#pointer.snapshotKey];
    const stored = { snapshots, spills, reopened };
    await deleteObjects(blobs, unneededKeys(stored, pointedTo, clock.nowMs() - recoveryMs, slots));
  }
}
