import type { LogEntry } from '../partition-log/entry.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import { readHead } from '../partition-log/read-log.ts';
import { expectedVersion, slotOf } from '../partition-log/ring.ts';

/**
 * The newest entries of logs, for those who look again and again. An entry never changes, and the next version has one place
 * (PL-1): while that holds what it must hold before, the head that was seen still is the newest.
 */
export class NewestHeads {
  readonly #heads = new Map<string, LogEntry>();

  /**
   * @returns undefined for a log that does not exist
   * @throws LOG_UNAVAILABLE (unavailable), LOG_DAMAGED (internal)
   */
  async of({ logs, clock, slots }: LogSettings, logId: string): Promise<LogEntry | undefined> {
    const seen = this.#heads.get(logId);
    if (seen !== undefined) {
      const next = seen.version + 1;
      const [there] = await logs.read(logId, [slotOf(next, slots)]);
      if (there?.version === expectedVersion(next, slots)) return seen;
    }
    const head = await readHead(logs, clock, logId, slots);
    if (head !== undefined) this.#heads.set(logId, head);
    return head;
  }
}
