import { fingerprintOf, stateSchemaOf } from '../codec/fingerprint.ts';
import type { PartitionState } from '../state/partition-state.ts';
import { minutes } from '../time/duration.ts';
import { withStoredState } from '../user-code/stored-state.ts';
import type { LogEntry } from './entry.ts';
import { reopenedKeyOf, reopenedPrefix, snapshotKeyOf, snapshotPrefix, snapshotsFrom, spillPrefix } from './log-id.ts';
import type { LoadedLog } from './open-log.ts';
import type { LogSettings } from './log-settings.ts';
import { isSnapshotDue } from './ring.ts';
import { encodeSnapshot } from './snapshot.ts';
import { mayBeReopened, unneededKeys } from './unneeded-objects.ts';

interface Pointer {
  readonly snapshotVersion: number;
  readonly snapshotKey: string;
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
 */
export class Snapshots {
  readonly #settings: LogSettings;
  readonly #logId: string;
  #pointer: Pointer;
  #snapshotBytes: number;
  #deltaBytes: number;
  #sinceCleanUp = CLEAN_UP_EVERY;
  /** When it was last noted that the log points to older snapshots than there are, or seen that it does not. */
  #notedMs = -Infinity;

  constructor(settings: LogSettings, logId: string, { head, snapshotBytes, deltaBytes }: LoadedLog) {
    this.#settings = settings;
    this.#logId = logId;
    this.#pointer = { snapshotVersion: head?.snapshotVersion ?? 0, snapshotKey: head?.snapshotKey ?? '' };
    this.#snapshotBytes = snapshotBytes;
    this.#deltaBytes = deltaBytes;
  }

  /**
   * What the commit after `head` says about snapshots; takes one first when it is due.
   *
   * @throws BLOB_UNAVAILABLE (unavailable)
   */
  async beforeCommit(head: LogEntry | undefined, state: PartitionState): Promise<Pointer> {
    const { slots, topology, blobs, userCode } = this.#settings;
    await this.#noteReopened();
    const versionsSince = (head?.version ?? 0) - this.#pointer.snapshotVersion;
    if (head === undefined || !isSnapshotDue(versionsSince, this.#deltaBytes, this.#snapshotBytes, slots))
      return this.#pointer;
    const { version, commitId } = head;
    const encode = () => encodeSnapshot({ logId: this.#logId, version, commitId }, state, topology);
    const bytes = withStoredState(topology, userCode)('write', encode);
    const snapshotKey = snapshotKeyOf(this.#logId, version, commitId, fingerprintOf(stateSchemaOf(topology)));
    await blobs.putIfAbsent(snapshotKey, bytes);
    this.#snapshotBytes = bytes.length;
    this.#deltaBytes = 0;
    return { snapshotVersion: version, snapshotKey };
  }

  /** The commit stands: its pointer is the log's. */
  async afterCommit({ snapshotVersion, snapshotKey }: LogEntry, deltaBytes: number): Promise<void> {
    this.#deltaBytes += deltaBytes;
    const previous = this.#pointer;
    if (snapshotVersion === previous.snapshotVersion) return;
    this.#pointer = { snapshotVersion, snapshotKey };
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
    const { blobs, clock, recoveryMs = 0 } = this.#settings;
    const snapshots = await blobs.oldest(snapshotPrefix(this.#logId));
    const spills = await blobs.oldest(spillPrefix(this.#logId));
    const reopened = recoveryMs === 0 ? [] : await blobs.oldest(reopenedPrefix(this.#logId));
    const pointedTo = [previous.snapshotKey, this.#pointer.snapshotKey];
    for (const key of unneededKeys({ snapshots, spills, reopened }, pointedTo, clock.nowMs() - recoveryMs))
      await blobs.delete(key);
  }
}
