import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../../../adapters/memory/log-store.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import type { LogStore, PutOutcome } from '../../../engine/ports.ts';
import { snapshotPrefix } from '../../../engine/partition-log/log-id.ts';
import { slotOf } from '../../../engine/partition-log/ring.ts';
import { cutOf } from '../accepted.ts';
import type { LoggedTick } from '../reference.ts';
import type { Schedule } from './schedule.ts';

/** What was really stored, seen by the checks: every version of every log, in the order in which it was written. */
export class Storage {
  readonly blobs: MemoryBlobStore;
  readonly history = new Map<string, LogEntry[]>();
  /** Versions that went with a table, when it was restored to an earlier moment. */
  lostVersions = 0;
  /** Requests that a log refused which is throttled for hours. */
  throttled = 0;
  /** What logs held that were deleted and have begun anew since, by log. */
  readonly buried = new Map<string, readonly LogEntry[]>();
  /** Logs that begin anew, and those that come of them, from then on [ms since 1970]. */
  anew: { readonly logIds: ReadonlySet<string>; readonly fromMs: number } = { logIds: new Set(), fromMs: Infinity };
  readonly #schedule: Schedule;
  readonly #storedAtMs = new Map<string, number>();
  #table: Table = { slots: new MemoryLogStore() };
  #lost: { readonly logIds: ReadonlySet<string>; readonly atMs: number } | undefined;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    this.blobs = new MemoryBlobStore(schedule);
  }

  get table(): Table {
    return this.#table;
  }

  get logs(): LogStore {
    return this.#table.slots;
  }

  /** Slots of these logs are lost, and what is left of them halts. */
  isDamaged(logId?: string): boolean {
    return this.#lost !== undefined && (logId === undefined || this.#lost.logIds.has(logId));
  }

  /** @param table as it was when the request was sent: what is meant for one that was replaced since changes nothing */
  async put(
    { table, sentMs, isDead }: { readonly table: Table; readonly sentMs: number; readonly isDead: boolean },
    logId: string,
    slot: number,
    entry: LogEntry,
    expectedVersion: number | undefined,
  ): Promise<PutOutcome> {
    // What was on its way to an empty slot before there were any lost would look like a log that begins.
    const isStray =
      this.isDamaged(logId) && expectedVersion === undefined && (isDead || sentMs <= (this.#lost?.atMs ?? 0));
    if (isStray) return { kind: 'conflict', found: undefined, writeUnits: 0 };
    const outcome = await table.slots.put(logId, slot, entry, expectedVersion);
    if (outcome.kind === 'stored' && table === this.#table) {
      this.history.set(logId, [...(this.history.get(logId) ?? []), entry]);
      this.#storedAtMs.set(entry.commitId, this.#schedule.nowMs());
    }
    return outcome;
  }

  /** That stand in the logs. */
  get versions(): number {
    return [...this.history.values()].reduce((sum, { length }) => sum + length, 0);
  }

  storedAtMs({ commitId }: LogEntry): number {
    return this.#storedAtMs.get(commitId) ?? -Infinity;
  }

  /** What these slots held at an earlier moment. */
  slotsAt(momentMs: number, logId: string, slots: readonly number[], ring: number): LogEntry[] {
    const known = (this.history.get(logId) ?? []).filter((entry) => this.storedAtMs(entry) <= momentMs);
    return slots.flatMap((slot) => known.findLast(({ version }) => slotOf(version, ring) === slot) ?? []);
  }

  async hasSnapshot(logId: string): Promise<boolean> {
    return (await this.blobs.list(snapshotPrefix(logId))).length > 0;
  }

  /** @param lost by log, the versions whose slots are deleted */
  async loseSlots(lost: ReadonlyMap<string, ReadonlySet<number>>, slots: number): Promise<void> {
    this.#lost = { logIds: new Set(lost.keys()), atMs: this.#schedule.nowMs() };
    this.#table.slots = await this.#tableOf((logId, { version }) => lost.get(logId)?.has(version) !== true, slots);
  }

  /** Deletes all slots and snapshots of these logs, which begin anew from now on. */
  async bury(logIds: readonly string[], slots: number): Promise<void> {
    this.#lost = undefined;
    this.anew = { logIds: new Set(logIds), fromMs: this.#schedule.nowMs() };
    for (const logId of logIds) {
      this.buried.set(logId, this.history.get(logId) ?? []);
      this.history.delete(logId);
      for (const key of await this.blobs.list(snapshotPrefix(logId))) await this.blobs.delete(key);
    }
    this.#table.slots = await this.#tableOf(() => true, slots);
  }

  /** What the logs hold, but for what `isKept` leaves out. */
  async #tableOf(isKept: (logId: string, entry: LogEntry) => boolean, slots: number): Promise<MemoryLogStore> {
    const table = new MemoryLogStore();
    for (const [logId, entries] of this.history) {
      for (const entry of entries.slice(-slots).filter((one) => isKept(logId, one)))
        await table.put(logId, slotOf(entry.version, slots), entry, undefined);
    }
    return table;
  }

  /** Puts a table in the place of this one that has what it had at an earlier moment; objects stay. */
  async restore(momentMs: number, slots: number): Promise<void> {
    for (const [logId, entries] of this.history) {
      const kept = entries.filter((entry) => this.storedAtMs(entry) <= momentMs);
      this.lostVersions += entries.length - kept.length;
      this.history.set(logId, kept);
    }
    this.#table = { slots: await this.#tableOf(() => true, slots) };
  }
}

/** What stands between the records in a log. */
export function ticksIn(history: readonly LogEntry[]): LoggedTick[] {
  const tickOf = (entry: LogEntry, before: LogEntry | undefined): LoggedTick => {
    const { reached, watermarkMs, processingTimeMs, fingerprint } = entry;
    // A record's arrival is at most the clock of the function that took it, which only the log knows.
    const isLater = before !== undefined && processingTimeMs > before.processingTimeMs;
    return { after: reached, toMs: watermarkMs, processingTimeMs, isLater, fingerprint, cut: cutOf(entry) };
  };
  return history.flatMap((entry, i) => (isWithoutRecord(entry) ? [tickOf(entry, history[i - 1])] : []));
}

/** Takes no record, and neither begins a log nor ends one: a tick, or what an earlier commit has left to do. */
export function isWithoutRecord({ version, from, reached, sealedFor }: LogEntry): boolean {
  return from === reached && version > 1 && sealedFor.length === 0;
}

export function movesTime(entry: LogEntry, before: LogEntry | undefined): boolean {
  return (
    before === undefined || entry.watermarkMs > before.watermarkMs || entry.processingTimeMs > before.processingTimeMs
  );
}

/** Says of an earlier version what a sink will never take (ADR 16). */
export function withholds({ withheld }: LogEntry, before: LogEntry | undefined): boolean {
  return withheld.some((one) =>
    before?.withheld.every(({ version, sink }) => version !== one.version || sink !== one.sink),
  );
}

/** As it is deployed: another one may have other slots under the same name. */
export interface Table {
  slots: LogStore;
}
