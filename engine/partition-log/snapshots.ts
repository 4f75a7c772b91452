import { fingerprintOf, stateSchemaOf } from '../codec/fingerprint.ts';
import type { StoredBlob } from '../ports.ts';
import type { PartitionState } from '../state/partition-state.ts';
import { withStoredState } from '../user-code/stored-state.ts';
import type { LogEntry } from './entry.ts';
import { snapshotKeyOf, snapshotPrefix, spillPrefix, versionOfKey } from './log-id.ts';
import type { LoadedLog } from './open-log.ts';
import type { LogSettings } from './log-settings.ts';
import { isSnapshotDue } from './ring.ts';
import { encodeSnapshot } from './snapshot.ts';

interface Pointer {
  readonly snapshotVersion: number;
  readonly snapshotKey: string;
}

/** Every so many snapshots, what nobody can need any more is looked for and deleted. */
const CLEAN_UP_EVERY = 8;

/**
 * When a log takes snapshots, and which it keeps (PL-8). One is written just before the commit that points to it, so a log
 * whose snapshots failed for a while takes one as soon as it can, even when its ring is full.
 *
 *     put snapshot of v ──► commit v+1 carries the pointer ──► what only older snapshots than the last two needed is deleted
 */
export class Snapshots {
  readonly #settings: LogSettings;
  readonly #logId: string;
  #pointer: Pointer;
  #snapshotBytes: number;
  #deltaBytes: number;
  #sinceCleanUp = CLEAN_UP_EVERY;

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
    const previousVersion = this.#pointer.snapshotVersion;
    if (snapshotVersion === previousVersion) return;
    this.#pointer = { snapshotVersion, snapshotKey };
    if (++this.#sinceCleanUp < CLEAN_UP_EVERY) return;
    this.#sinceCleanUp = 0;
    await this.#cleanUp(previousVersion);
  }

  /** Two snapshots are kept, all that the table restored to an earlier moment points to, and the large bodies behind them. */
  async #cleanUp(previousVersion: number): Promise<void> {
    const { blobs, clock, recoveryMs = 0 } = this.#settings;
    const snapshots = await blobs.oldest(snapshotPrefix(this.#logId));
    const spills = await blobs.oldest(spillPrefix(this.#logId));
    const needed = Math.min(previousVersion, oldestNeeded(snapshots, clock.nowMs() - recoveryMs));
    const old = [
      ...snapshots.filter(({ key }) => versionOfKey(key) < needed),
      ...spills.filter(({ key }) => versionOfKey(key) <= needed),
    ];
    for (const { key } of old) await blobs.delete(key);
  }
}

/**
 * The oldest version to which a log may point at `sinceMs` or later: that of the last snapshot but one that was there by then,
 * for the commit that points to the last may have come later, or never.
 *
 * @param snapshots ascending
 * @returns 0 when there were not two: nothing can be spared
 */
export function oldestNeeded(snapshots: readonly StoredBlob[], sinceMs: number): number {
  const versions = snapshots.filter(({ storedAtMs }) => storedAtMs <= sinceMs).map(({ key }) => versionOfKey(key));
  return [...new Set(versions)].at(-2) ?? 0;
}
