import type { Clock } from '../ports.ts';
import type { SourcePartition } from '../record.ts';
import { entriesIn } from '../state/partition-state.ts';
import { logIdOf } from './log-id.ts';
import type { LogSettings } from './log-settings.ts';
import { PartitionLog } from './partition-log.ts';
import { newestWatermark } from './read-log.ts';

/**
 * The logs that this instance holds in memory. One at a time works on a log (PL-4); different logs go on side by side.
 * Whatever goes wrong, the log's memory is dropped and read again (PL-6).
 */
export class PartitionLogs {
  readonly #settings: LogSettings;
  readonly #maxPanes: number;
  /** In order of last use. */
  readonly #open = new Map<string, PartitionLog>();
  readonly #queues = new Map<string, Promise<unknown>>();

  /** @param maxPanes all logs in memory hold no more panes than this, least recently used are dropped first */
  constructor(settings: LogSettings, maxPanes: number) {
    this.#settings = settings;
    this.#maxPanes = maxPanes;
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  /** What they are kept with. */
  get settings(): LogSettings {
    return this.#settings;
  }

  /**
   * The watermark that a log has reached at least, from whatever of it can be read, verified or not: watermarks never fall.
   *
   * @returns undefined when nothing can be read, or nothing is there
   */
  async watermarkAtLeast(partition: SourcePartition): Promise<number | undefined> {
    const { logs, slots } = this.#settings;
    return newestWatermark(logs, logIdOf(partition), slots);
  }

  /** As `use`, on a log that is known to be the newest: for those who decide without a commit that would prove it. */
  async useNewest<T>(partition: SourcePartition, work: (log: PartitionLog) => Promise<T>): Promise<T> {
    const isCurrent = await this.use(partition, (log) => log.isCurrent());
    if (!isCurrent) this.#open.delete(logIdOf(partition));
    return this.use(partition, work);
  }

  /** Runs `work` on the partition's log when nobody else of this instance does. */
  async use<T>(partition: SourcePartition, work: (log: PartitionLog) => Promise<T>): Promise<T> {
    const logId = logIdOf(partition);
    const before = this.#queues.get(logId) ?? Promise.resolve();
    const mine = before.then(() => this.#run(logId, work));
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#queues.set(logId, settled);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(logId) === settled) this.#queues.delete(logId);
    }
  }

  async #run<T>(logId: string, work: (log: PartitionLog) => Promise<T>): Promise<T> {
    const log = this.#open.get(logId) ?? (await PartitionLog.open(this.#settings, logId));
    this.#open.delete(logId);
    const result = await work(log);
    this.#open.set(logId, log);
    this.#dropLeastUsed(logId);
    return result;
  }

  #dropLeastUsed(keep: string): void {
    let panes = 0;
    for (const log of this.#open.values()) panes += entriesIn(log.state);
    for (const [logId, log] of this.#open) {
      if (panes <= this.#maxPanes) return;
      if (logId === keep) continue;
      this.#open.delete(logId);
      panes -= entriesIn(log.state);
    }
  }
}
