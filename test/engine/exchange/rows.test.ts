import { describe, expect, it } from '@jest/globals';
import { ByteWriter } from '../../../engine/codec/bytes.ts';
import { compress } from '../../../engine/codec/compression.ts';
import type { Row } from '../../../engine/exchange/row.ts';
import { decodeRows, encodeRows } from '../../../engine/exchange/rows.ts';
import { MAX_EVENT_TIME_MS, MIN_EVENT_TIME_MS, NO_WATERMARK } from '../../../engine/time/watermark.ts';

const row = (value: unknown, { key = 'a', eventTimeMs = 1e12, watermarkMs = 1e12 }: Partial<Row> = {}): Row => ({
  key,
  eventTimeMs,
  watermarkMs,
  value,
});

const through = (rows: readonly Row[]): Row[] => decodeRows(encodeRows(rows, 1) as Uint8Array, 0, 1);

/** Bytes of one part, as any code may have written them. */
function written(columns: unknown): Uint8Array {
  const writer = new ByteWriter();
  writer.varint(1);
  writer.blob(Buffer.from(JSON.stringify(columns)));
  return writer.finish();
}

describe('rows of an exchange', () => {
  it.each<readonly [string, readonly Row[]]>([
    ['of the same fields', [row({ at: 1e12, n: 1, text: 'é' }), row({ at: 1e12 + 60_000, n: -7, text: '' })]],
    ['of the same fields in another order', [row({ a: 1, b: 2 }), row({ b: 2, a: 1 })]],
    ['of different fields', [row({ a: 1 }), row({ a: 1, b: null }), row({})]],
    ['with nested values', [row({ list: [1, { a: [] }], none: null }), row({ list: [], none: null })]],
    ['that are no objects', [row(1e9), row('text'), row(null), row([1, 2])]],
    ['of no fields', [row({}), row({})]],
    ['with a field that cannot be assigned', [row(JSON.parse('{"__proto__":1}')), row(JSON.parse('{"__proto__":2}'))]],
    [
      'with numbers that are not whole',
      [row({ n: 1e9 }), row({ n: 0.1 + 0.2 }), row({ n: 5e-324 }), row({ n: 1e300 })],
    ],
    ['with whole numbers that are too far apart for a step', [row({ n: Number.MAX_SAFE_INTEGER }), row({ n: -2 })]],
    [
      'with whole numbers up to the largest',
      [row({ n: Number.MAX_SAFE_INTEGER }), row({ n: Number.MAX_SAFE_INTEGER - 3 })],
    ],
    ['with texts that repeat', [row({ t: 'a' }), row({ t: 'b' }), row({ t: 'a' }), row({ t: 'a' })]],
    ['with a text that repeats and a list', [row({ t: 'a' }), row({ t: 'a' }), row({ t: 'a' }), row({ t: ['a'] })]],
    ['with a number first and something else behind', [row({ n: 1e9 }), row({ n: '1' }), row({ n: null })]],
    [
      'from the beginning of time to its end',
      [
        row(0, { eventTimeMs: MIN_EVENT_TIME_MS, watermarkMs: NO_WATERMARK }),
        row(0, { eventTimeMs: MAX_EVENT_TIME_MS, watermarkMs: 978_303_660_001 }),
        row(0, { eventTimeMs: -1, watermarkMs: MAX_EVENT_TIME_MS }),
      ],
    ],
  ])('come out as they went in: %s', (_what, rows) => {
    const out = through(rows);
    expect(out).toStrictEqual(rows);
    expect(JSON.stringify(out)).toBe(JSON.stringify(rows));
  });

  it('are read as code before wrote them', () => {
    const rows = [row({ n: 1 }), row({ n: 2 }, { key: 'b', eventTimeMs: 1, watermarkMs: 2 })];
    const columns = {
      keys: rows.map(({ key }) => key),
      timesMs: rows.map(({ eventTimeMs }) => eventTimeMs),
      watermarksMs: rows.map(({ watermarkMs }) => watermarkMs),
      values: rows.map(({ value }) => value),
    };
    expect(decodeRows(written(columns), 0, 1)).toStrictEqual(rows);
  });

  it('of newer code are unavailable, not wrong', () => {
    expect(() => decodeRows(written({ keys: ['a'], partials: [1] }), 0, 1)).toThrow(
      expect.objectContaining({ kind: 'unavailable', code: 'ROWS_UNKNOWN' }),
    );
  });

  it('take less than seven bytes each where they are readings that differ in two fields', () => {
    const rows = Array.from({ length: 1_000 }, (_, i) =>
      row(
        { at: 1e12 + i * 60_000, delay: (i * 7_919) % 60, from: `A${i % 40}`, to: `B${(i * 31) % 50}` },
        { key: `B${(i * 31) % 50}`, eventTimeMs: 1e12 + i * 60_000 },
      ),
    );
    expect(compress(encodeRows(rows, 4) as Uint8Array).length).toBeLessThan(7_000);
  });
});
