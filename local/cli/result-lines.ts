import { placeOf, type ResultRow } from '../../engine/outputs.ts';

/** By key, then by window. */
export function byKeyAndWindow(a: ResultRow, b: ResultRow): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return placeOf(a) - placeOf(b);
}

/** @example {"key":"ATL","windowStartMs":0,"windowEndMs":3600000,"revision":1,"departures":12} */
export function resultJson({ key, windowStartMs, windowEndMs, revision, sequence, values }: ResultRow): string {
  return JSON.stringify({ key, windowStartMs, windowEndMs, revision, ...(sequence === undefined ? {} : { sequence }), ...values }, (_name, value: unknown) => {
    const unspeakable = typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
    return unspeakable ? String(value) : value;
  });
}
