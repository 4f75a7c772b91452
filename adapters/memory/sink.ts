import { isNewer, storedResult } from '../../engine/outputs.ts';
import type { DeadLetter, LateRecord, StoredResult } from '../../engine/outputs.ts';
import type { Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import type { SourcePartition } from '../../engine/record.ts';

/** What has been delivered, in memory: the newest result of each window, each late record and dead letter once. */
export class MemorySink implements Sink {
  readonly name = 'memory';
  readonly #results = new Map<string, StoredResult>();
  readonly #lateRecords = new Map<string, LateRecord>();
  readonly #deadLetters = new Map<string, DeadLetter>();

  async deliver({ partition, epochMs, outbox }: Delivery): Promise<SinkReceipt> {
    const written = new Set<string>();
    for (const result of outbox.results) {
      const row = storedResult(result, epochMs);
      const id = JSON.stringify([row.key, row.sequence ?? [row.windowStartMs, row.windowEndMs]]);
      const known = this.#results.get(id);
      if (known !== undefined && !isNewer(row, known)) continue;
      this.#results.set(id, structuredClone(row));
      written.add(id);
    }
    const rows =
      written.size +
      addNew(this.#lateRecords, partition, outbox.lateRecords) +
      addNew(this.#deadLetters, partition, outbox.deadLetters);
    return { rows, writeUnits: 0 };
  }

  /** Newest revision of the newest log of each (key, window), in the order of first delivery. */
  get results(): StoredResult[] {
    return [...this.#results.values()].map((row) => structuredClone(row));
  }

  get lateRecords(): LateRecord[] {
    return [...this.#lateRecords.values()].map(copyOf);
  }

  get deadLetters(): DeadLetter[] {
    return [...this.#deadLetters.values()].map(copyOf);
  }
}

type Refused = LateRecord | DeadLetter;

/** @returns how many were new */
function addNew<T extends Refused>(known: Map<string, T>, partition: SourcePartition, records: readonly T[]): number {
  const before = known.size;
  const { pipeline, stage, source, incarnation, partition: name } = partition;
  for (const record of records) {
    const place = [pipeline, stage, source, incarnation, name, record.offset, record.subSequence].join('/');
    const id = 'code' in record ? `${place}/${whatOf(record)}` : place;
    if (!known.has(id)) known.set(id, copyOf(record));
  }
  return known.size - before;
}

/** Firings that failed and results that a sink refused all have the offset that the log had reached. */
function whatOf({ code, reason, data }: DeadLetter): string {
  return JSON.stringify([code, reason, new TextDecoder('latin1').decode(data)]);
}

function copyOf<T extends Refused>(record: T): T {
  return { ...record, data: new Uint8Array(record.data) };
}
