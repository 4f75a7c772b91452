import type { LogEntry } from '../partition-log/entry.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import { readHead } from '../partition-log/read-log.ts';
import { slotOf } from '../partition-log/ring.ts';

/**
 * The newest entries of logs, for those who look again and again: where a head was seen before, two slots tell
 * whether it still is one. Nothing depends on what is remembered.
 */
export class NewestHeads {
  readonly #versions = new Map<string, number>();

  /**
   * @returns undefined for a log that does not exist
   * @throws LOG_UNAVAILABLE (unavailable), LOG_DAMAGED (internal)
   */
  async of({ logs, clock, slots }: LogSettings, logId: string): Promise<LogEntry | undefined> {
    const seen = this.#versions.get(logId);
    if (seen !== undefined && slots > 1) {
      const found = await logs.read(logId, [slotOf(seen, slots), slotOf(seen + 1, slots)]);
      const head = found.find(({ version }) => version === seen);
      if (head !== undefined && !found.some(({ version }) => version > seen)) return head;
    }
    const head = await readHead(logs, clock, logId, slots);
    if (head !== undefined) this.#versions.set(logId, head.version);
    return head;
  }
}
