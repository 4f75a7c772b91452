import { putWriteUnits } from '../adapters/dynamodb/item-size.ts';
import { toResultItem } from '../adapters/dynamodb/result-item.ts';
import type { ResultRow } from '../engine/outputs.ts';
import type { SourceRecord } from '../engine/record.ts';

interface Tally {
  readings: number;
  total: number;
  least: number;
  most: number;
}

/**
 * What one would write first: per batch, one item for each (key, window) that it touched, which is state and result in
 * one. Nothing in it makes a repeated batch harmless; the reads before the writes are not even counted.
 */
export class NaiveDesign {
  writeUnits = 0;
  /** Items written. */
  writes = 0;
  readonly #windowMs: number;
  readonly #tallies = new Map<string, Tally>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  process(records: readonly SourceRecord[]): void {
    const touched = new Map<string, ResultRow>();
    for (const { data } of records) {
      const { device, timeMs, value } = JSON.parse(Buffer.from(data).toString('utf8')) as {
        device: string;
        timeMs: number;
        value: number;
      };
      const startMs = timeMs - (timeMs % this.#windowMs);
      const id = `${startMs}/${device}`;
      const tally = this.#tallies.get(id) ?? { readings: 0, total: 0, least: value, most: value };
      this.#tallies.set(id, tally);
      tally.readings += 1;
      tally.total += value;
      tally.least = Math.min(tally.least, value);
      tally.most = Math.max(tally.most, value);
      touched.set(id, this.#row(device, startMs, tally));
    }
    for (const row of touched.values()) this.writeUnits += putWriteUnits(toResultItem(row));
    this.writes += touched.size;
  }

  /** All it holds: by window start and key, the aggregates. */
  *rows(): Generator<Readonly<Record<string, unknown>>> {
    for (const [id, tally] of this.#tallies) yield { id, ...valuesOf(tally) };
  }

  #row(key: string, windowStartMs: number, tally: Tally): ResultRow {
    return { key, windowStartMs, windowEndMs: windowStartMs + this.#windowMs, revision: 1, values: valuesOf(tally) };
  }
}

function valuesOf({ readings, total, least, most }: Tally): Record<string, number> {
  return { readings, total, mean: total / readings, least, most };
}
