import { placeOf, type ResultRow, type StoredResult } from '../../engine/outputs.ts';

/** By key, then by window. */
export function byKeyAndWindow(a: ResultRow, b: ResultRow): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return placeOf(a) - placeOf(b);
}

/** @example {"key":"ATL","windowStartMs":0,"windowEndMs":3600000,"revision":1,"logEpochMs":1700000000000,"departures":12} */
export function resultJson(row: StoredResult): string {
  const { key, windowStartMs, windowEndMs, revision, logEpochMs, sequence, values } = row;
  // JSON leaves out what is undefined.
  const line = { key, windowStartMs, windowEndMs, revision, logEpochMs, sequence, ...values };
  return JSON.stringify(line, (_name, value: unknown) => {
    const unspeakable = typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
    return unspeakable ? String(value) : value;
  });
}
