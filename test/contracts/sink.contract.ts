import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MemorySink } from '../../adapters/memory/sink.ts';
import type { ResultRow, StoredResult } from '../../engine/outputs.ts';
import type { Sink, SinkReceipt } from '../../engine/ports.ts';
import { RowsRefused } from '../../engine/rows-refused.ts';
import { sampleDelivery, sampleRow } from '../support/samples.ts';

/** A sink that keeps the newest revision of each window, and what it holds now. */
export interface OpenSink {
  readonly sink: Sink;
  results(): Promise<StoredResult[]>;
}

/** What every sink with the newest revision does. `open` gives an empty one. */
export function newestRevisionContract(name: string, open: () => Promise<OpenSink>): void {
  describe(`${name} as a sink of newest revisions`, () => {
    it('keeps one row per key and window', async () => {
      const { sink, results } = await open();
      const rows = [sampleRow('ATL', 0, 1), sampleRow('ATL', 10, 1), sampleRow('BOS', 0, 1)];
      expect(await sink.deliver(sampleDelivery({ results: rows }))).toMatchObject({ rows: 3 });
      expect(sorted(await results())).toEqual(sorted(rows));
    });

    it('replaces an older revision and keeps a newer one (PL-17)', async () => {
      const { sink, results } = await open();
      await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 2)] }, 1));
      expect(await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1)] }, 2))).toMatchObject({ rows: 0 });
      expect(await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 3)] }, 3))).toMatchObject({ rows: 1 });
      expect(await results()).toEqual([sampleRow('ATL', 0, 3)]);
    });

    it('replaces what an older log said, whatever its revision, by what a newer one says', async () => {
      const { sink, results } = await open();
      await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 3), sampleRow('BOS', 0, 3)] }, 1));
      expect(await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1)] }, 1, 5))).toMatchObject({
        rows: 1,
      });
      expect(await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 4)] }, 2))).toMatchObject({ rows: 0 });
      expect(await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 2)] }, 2, 5))).toMatchObject({
        rows: 1,
      });
      expect(await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 9)] }, 1, 4))).toMatchObject({
        rows: 0,
      });
      expect(await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1)] }, 1, 6))).toMatchObject({
        rows: 1,
      });
      expect(sorted(await results())).toEqual([{ ...sampleRow('ATL', 0, 1), logEpochMs: 6 }, sampleRow('BOS', 0, 3)]);
    });

    it('changes nothing when a delivery is repeated', async () => {
      const { sink, results } = await open();
      const delivery = sampleDelivery({ results: [sampleRow('ATL', 0, 1), sampleRow('BOS', 0, 4)] });
      await sink.deliver(delivery);
      const before = sorted(await results());
      expect(await sink.deliver(delivery)).toMatchObject({ rows: 0 });
      expect(sorted(await results())).toEqual(before);
    });

    it('counts one row when a window fires several times in one commit, in whatever order', async () => {
      const { sink, results } = await open();
      const rows = [sampleRow('ATL', 0, 1), sampleRow('ATL', 0, 3), sampleRow('ATL', 0, 2)];
      expect(await sink.deliver(sampleDelivery({ results: rows }))).toMatchObject({ rows: 1 });
      expect(await results()).toEqual([sampleRow('ATL', 0, 3)]);
    });

    it('takes an outbox without results', async () => {
      const { sink, results } = await open();
      expect(await sink.deliver(sampleDelivery({}))).toEqual({ rows: 0, writeUnits: 0 });
      expect(await results()).toEqual([]);
    });

    it('gives values back as they were: integers, doubles, text, lists, nested objects', async () => {
      const { sink, results } = await open();
      const values = {
        zero: 0,
        max: Number.MAX_SAFE_INTEGER,
        min: Number.MIN_SAFE_INTEGER,
        third: 1 / 3,
        tiny: 1.5e-120,
        huge: 1.2345678901234567e125,
        negative: -123456789.12345679,
        yes: true,
        no: false,
        nothing: null,
        text: 'Zürich ✈',
        empty: '',
        list: [1, [2.5, 'x']],
        nested: { a: { b: [] } },
      };
      await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1, values)] }));
      expect(await results()).toEqual([sampleRow('ATL', 0, 1, values)]);
    });

    it('ends up like the memory sink after any deliveries, repeats and orders', async () => {
      const row = fc.record({
        key: fc.constantFrom('ATL', 'BOS'),
        start: fc.constantFrom(0, 10),
        revision: fc.integer({ min: 1, max: 4 }),
        n: fc.double({ noNaN: true, min: -1e100, max: 1e100 }).map((n) => (Math.abs(n) < 1e-100 ? 0 : n)),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ epochMs: fc.constantFrom(0, 10, 20), batch: fc.array(row, { maxLength: 6 }) }), {
            maxLength: 4,
          }),
          async (batches) => {
            const { sink, results } = await open();
            const model = new MemorySink();
            // A revision of a log says the same thing whenever it is delivered.
            const said = new Map<string, number>();
            for (const { epochMs, batch } of [...batches, ...batches]) {
              const rows = batch.map(({ key, start, revision, n }) => {
                const id = `${key}/${start}/${epochMs}/${revision}`;
                said.set(id, said.get(id) ?? n);
                return sampleRow(key, start, revision, { n: said.get(id) });
              });
              const delivery = sampleDelivery({ results: rows }, 1, epochMs);
              expect((await sink.deliver(delivery)).rows).toBe((await model.deliver(delivery)).rows);
            }
            expect(sorted(await results())).toEqual(sorted(model.results));
          },
        ),
        { numRuns: 25 },
      );
    });
  });
}

/** A sink whose service refuses some rows for what they are. */
export interface OpenRefusing {
  readonly sink: Sink;
  /** One that the service never takes, known by its own words. */
  unfit(key: string, windowStartMs: number): ResultRow;
  /** Key, start and revision of each firing that it has, repeats included, in the order of their storage per key. */
  stored(): Promise<Array<Pick<ResultRow, 'key' | 'windowStartMs' | 'revision'>>>;
  /** From now on the service refuses all that it is asked. */
  deny(): Promise<void>;
}

/** What every sink does with rows that its service never takes. `open` gives an empty one. */
export function refusingContract(name: string, open: () => Promise<OpenRefusing>): void {
  describe(`${name} as a sink whose service refuses rows`, () => {
    it.each([[0], [3], [6]])('stores the rows around the unfit one and names that one: place %i', async (place) => {
      const { sink, unfit, stored } = await open();
      const fit = Array.from({ length: 6 }, (_, i) => sampleRow(`key-${i}`, 0, 1));
      const bad = unfit('bad', 0);
      const error = await refusalOf(sink, fit.toSpliced(place, 0, bad));
      expect(error.rows).toEqual([{ row: bad, reason: expect.stringMatching(/\S/) }]);
      expect(error.rows[0]?.row).toBe(bad);
      expect(error.receipt.rows).toBe(6);
      expect((await stored()).map(({ key }) => key).sort()).toEqual(fit.map(({ key }) => key));
    });

    it('names every unfit row of many, and says nothing of their content', async () => {
      const { sink, unfit, stored } = await open();
      const rows = Array.from({ length: 700 }, (_, i) =>
        i % 100 === 7 ? unfit(`unfit-${i}`, i) : sampleRow(`key-${i}`, i, 1),
      );
      const error = await refusalOf(sink, rows);
      const named = error.rows.map(({ row }) => row);
      expect(named.map(({ key }) => key).sort()).toEqual([
        'unfit-107',
        'unfit-207',
        'unfit-307',
        'unfit-407',
        'unfit-507',
        'unfit-607',
        'unfit-7',
      ]);
      expect(new Set((await stored()).map(({ key }) => key)).size).toBe(693);
      expect(error).toMatchObject({
        kind: 'internal',
        code: 'SINK_REFUSED',
        message: expect.not.stringContaining('unfit-'),
      });
    });

    it('names a row that is the only one of its delivery', async () => {
      const { sink, unfit, stored } = await open();
      const error = await refusalOf(sink, [unfit('bad', 0)]);
      expect(error.rows.map(({ row }) => row.key)).toEqual(['bad']);
      expect(error.receipt.rows).toBe(0);
      expect(await stored()).toEqual([]);
    });

    it('has the newest firing of a key last, whichever of its firings are unfit', async () => {
      const { sink, unfit, stored } = await open();
      const rows = [
        sampleRow('ATL', 0, 1),
        unfit('ATL', 10),
        sampleRow('ATL', 20, 1),
        sampleRow('ATL', 20, 2),
        unfit('ATL', 30),
        sampleRow('ATL', 20, 3),
      ];
      expect((await refusalOf(sink, rows)).rows.map(({ row }) => row.windowStartMs).sort()).toEqual([10, 30]);
      expect((await stored()).at(-1)).toMatchObject({ windowStartMs: 20, revision: 3 });
    });

    it('takes a delivery that leaves the unfit row out', async () => {
      const { sink, unfit } = await open();
      const rows = [sampleRow('ATL', 0, 1), unfit('bad', 0), sampleRow('BOS', 0, 1)];
      const { rows: refused } = await refusalOf(sink, rows);
      const rest = rows.filter((row) => !refused.some((one) => one.row === row));
      await expect(sink.deliver(sampleDelivery({ results: rest }))).resolves.toMatchObject({
        writeUnits: expect.any(Number),
      });
    });

    it('names no row of a service that refuses everything, an unfit one included', async () => {
      const { sink, unfit, deny } = await open();
      await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1)] }));
      await deny();
      const error = await sink
        .deliver(sampleDelivery({ results: [sampleRow('BOS', 0, 1), unfit('bad', 0)] }, 2))
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: expect.stringMatching(/^SINK_/) });
      expect(error).not.toBeInstanceOf(RowsRefused);
    });
  });
}

async function refusalOf(sink: Sink, results: readonly ResultRow[]): Promise<RowsRefused> {
  const outcome = await sink.deliver(sampleDelivery({ results })).then(
    (receipt: SinkReceipt) => receipt,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(RowsRefused);
  return outcome as RowsRefused;
}

function sorted(rows: readonly StoredResult[]): StoredResult[] {
  return [...rows].sort((a, b) => a.key.localeCompare(b.key) || a.windowStartMs - b.windowStartMs);
}
