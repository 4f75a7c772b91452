import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import { processBatch } from '../engine/process-batch.ts';
import type { SourceRecord } from '../engine/record.ts';
import { requireSame } from './equality.ts';
import { freshProcessor } from './processor.ts';
import { readings, readingsOf, SHARD } from './readings.ts';
import { interleave, mapFigure, ratioOf, type Figure } from './rounds.ts';
import { NullSink } from './sinks.ts';

export interface OpenWindowsSettings {
  /** Open all the time. */
  readonly windows: number;
  /** Of each round. */
  readonly records: number;
  readonly rounds: number;
}

export interface OpenWindowsCost {
  readonly windows: number;
  /** Event to stored commit [µs per record]: with so many open, and with one. */
  readonly many: Figure;
  readonly one: Figure;
  /** many / one, of the same round. */
  readonly growth: Figure;
}

const BATCH_SIZE = 1_000;
/** All of it happens within one window of five minutes. */
const PER_SECOND = 4_000;

/** What a record costs that falls into any of many open windows, beside one that always falls into the same. */
export async function measureOpenWindows({ windows, records, rounds }: OpenWindowsSettings): Promise<OpenWindowsCost> {
  const many = await OpenWindows.of(windows);
  const one = await OpenWindows.of(1);
  const times = await interleave(rounds, { many: () => many.take(records), one: () => one.take(records) });
  const perRecord = (ms: number): number => (ms * 1_000) / records;
  return {
    windows,
    many: mapFigure(times.many, perRecord),
    one: mapFigure(times.one, perRecord),
    growth: ratioOf(times.many, times.one),
  };
}

class OpenWindows {
  readonly #keys: number;
  readonly #processor = freshProcessor(
    readings.topology,
    { logs: new MemoryLogStore(), blobs: new MemoryBlobStore() },
    new NullSink(),
  );
  #taken = 0;

  private constructor(keys: number) {
    this.#keys = keys;
  }

  /** Each key has had a record. */
  static async of(keys: number): Promise<OpenWindows> {
    const windows = new OpenWindows(keys);
    await windows.take(keys, 'in turn');
    return windows;
  }

  /** Every record is counted, and no window more or less is open after it. */
  async take(records: number, order: 'random' | 'in turn' = 'random'): Promise<void> {
    const load = [...readingsOf({ keys: this.#keys, perSecond: PER_SECOND, order }, this.#taken, records)];
    this.#taken += records;
    for (let from = 0; from < load.length; from += BATCH_SIZE) await this.#process(load.slice(from, from + BATCH_SIZE));
  }

  async #process(records: readonly SourceRecord[]): Promise<void> {
    const { counted, openWindows } = await processBatch(this.#processor, { partition: SHARD, records });
    requireSame('records counted', records.length, counted);
    if (openWindows > this.#keys) requireSame('open windows', this.#keys, openWindows);
  }
}
