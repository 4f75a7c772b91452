import type { PartitionState } from '../state/partition-state.ts';
import type { LogEntry } from './entry.ts';
import { snapshotKeyOf, snapshotPrefix, spillPrefix, versionOfKey } from './log-id.ts';
import type { LoadedLog } from './open-log.ts';
import type { LogSettings } from './partition-log.ts';
import { isSnapshotDue } from './ring.ts';
import { encodeSnapshot } from './snapshot.ts';

interface Pointer {
  readonly snapshotVersion: number;
  readonly snapshotKey: string;
}

/** Every so many snapshots, what nobody can need any more is looked for and deleted. */
const CLEAN_UP_EVERY = 8;

/**
 * When a log takes snapshots, and which it keeps (PL-8). A snapshot counts once the log points to it: written after
 * version v, pointed to by version v + 1.
 *
 *     commit v ──► put snapshot of v ──► commit v+1 carries the pointer ──► what the snapshot before last needed is deleted
 */
export class Snapshots {
  readonly #settings: LogSettings;
  readonly #logId: string;
  #pointer: Pointer;
  #written: Pointer;
  #snapshotBytes: number;
  #deltaBytes: number;
  #sinceCleanUp = CLEAN_UP_EVERY;

  constructor(settings: LogSettings, logId: string, { head, snapshotBytes, deltaBytes }: LoadedLog) {
    this.#settings = settings;
    this.#logId = logId;
    this.#pointer = { snapshotVersion: head?.snapshotVersion ?? 0, snapshotKey: head?.snapshotKey ?? '' };
    this.#written = this.#pointer;
    this.#snapshotBytes = snapshotBytes;
    this.#deltaBytes = deltaBytes;
  }

  /** What the next commit says. */
  get pointer(): Pointer {
    return this.#written;
  }

  /** @throws BLOB_UNAVAILABLE (unavailable) the commit stands; a later instance takes the snapshot */
  async afterCommit(entry: LogEntry, deltaBytes: number, state: PartitionState): Promise<void> {
    this.#deltaBytes += deltaBytes;
    if (entry.snapshotVersion > this.#pointer.snapshotVersion) await this.#replaced(this.#pointer.snapshotVersion, entry);
    const { slots, topology, blobs } = this.#settings;
    if (!isSnapshotDue(entry.version - this.#written.snapshotVersion, this.#deltaBytes, this.#snapshotBytes, slots)) return;
    const { version, commitId } = entry;
    const bytes = encodeSnapshot({ logId: this.#logId, version, commitId }, state, topology);
    const snapshotKey = snapshotKeyOf(this.#logId, version, commitId);
    await blobs.putIfAbsent(snapshotKey, bytes);
    this.#written = { snapshotVersion: version, snapshotKey };
    this.#snapshotBytes = bytes.length;
    this.#deltaBytes = 0;
  }

  /** The log points to a newer snapshot: two are kept, and what belongs to those before can go. */
  async #replaced(previousVersion: number, { snapshotVersion, snapshotKey }: LogEntry): Promise<void> {
    this.#pointer = { snapshotVersion, snapshotKey };
    if (++this.#sinceCleanUp < CLEAN_UP_EVERY) return;
    this.#sinceCleanUp = 0;
    const { blobs } = this.#settings;
    const snapshots = await blobs.list(snapshotPrefix(this.#logId));
    const spills = await blobs.list(spillPrefix(this.#logId));
    const old = [
      ...snapshots.filter((key) => versionOfKey(key) < previousVersion),
      ...spills.filter((key) => versionOfKey(key) <= previousVersion),
    ];
    for (const key of old) await blobs.delete(key);
  }
}
