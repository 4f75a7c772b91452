import type { Body, LogEntry } from '../../engine/partition-log/entry.ts';
import type { LogStore, PutOutcome } from '../../engine/ports.ts';

/** The log in memory: for tests, the simulator and the benchmark. Holds and hands out copies. */
export class MemoryLogStore implements LogStore {
  readonly #slots = new Map<string, LogEntry>();

  async put(logId: string, slot: number, entry: LogEntry, expectedVersion: number | undefined): Promise<PutOutcome> {
    const found = this.#slots.get(`${logId}#${slot}`);
    const writeUnits = Math.ceil((bodyLength(entry.delta) + bodyLength(entry.outbox) + 300) / 1024);
    if (found?.version !== expectedVersion) return { kind: 'conflict', found: found && copyEntry(found), writeUnits };
    this.#slots.set(`${logId}#${slot}`, copyEntry(entry));
    return { kind: 'stored', writeUnits };
  }

  async read(logId: string, slots: readonly number[]): Promise<LogEntry[]> {
    return [...new Set(slots)].flatMap((slot) => {
      const entry = this.#slots.get(`${logId}#${slot}`);
      return entry === undefined ? [] : [copyEntry(entry)];
    });
  }
}

function copyEntry(entry: LogEntry): LogEntry {
  return { ...entry, counters: { ...entry.counters }, delta: copyBody(entry.delta), outbox: copyBody(entry.outbox) };
}

function copyBody(body: Body): Body {
  return 'inline' in body ? { inline: new Uint8Array(body.inline) } : { blobKey: body.blobKey };
}

function bodyLength(body: Body): number {
  return 'inline' in body ? body.inline.length : body.blobKey.length;
}
