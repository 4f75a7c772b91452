import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { resultId } from '../../engine/outputs.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import type { Sink } from '../../engine/ports.ts';
import { sampleDelivery, sampleRow } from '../support/samples.ts';

/** A sink that keeps every firing, and the rows that a reader finds in it now, repeats included. */
export interface OpenFirings {
  readonly sink: Sink;
  rows(): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>;
}

/** What every sink of firings does: all of them at least once, each under its id (PL-17). `open` gives an empty one. */
export function firingsContract(name: string, open: () => Promise<OpenFirings>): void {
  describe(`${name} as a sink of firings`, () => {
    it('keeps every firing of a window, each with its id', async () => {
      const { sink, rows } = await open();
      const fired = [sampleRow('ATL', 0, 1), sampleRow('ATL', 0, 2), sampleRow('BOS', 0, 1)];
      expect(await sink.deliver(sampleDelivery({ results: fired }))).toEqual({ rows: 3, writeUnits: 0 });
      expect(byId(await rows())).toEqual(byId(fired.map((row) => asRead(row))));
      expect(await rows()).toHaveLength(3);
    });

    it('keeps an older revision that comes after a newer one', async () => {
      const { sink, rows } = await open();
      await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 2)] }, 1));
      await sink.deliver(sampleDelivery({ results: [sampleRow('ATL', 0, 1)] }, 2));
      expect(Object.keys(byId(await rows()))).toEqual(['flights/results/0-10/1/ATL', 'flights/results/0-10/2/ATL']);
    });

    it('keeps what a log says that begins its revisions anew, under ids of its own', async () => {
      const { sink, rows } = await open();
      const before = sampleRow('ATL', 0, 1, { departures: 100 });
      const after = sampleRow('ATL', 0, 1, { departures: 2 });
      await sink.deliver(sampleDelivery({ results: [before] }, 1));
      await sink.deliver(sampleDelivery({ results: [after] }, 2, 5));
      expect(byId(await rows())).toEqual(byId([asRead(before), asRead(after, 5)]));
      expect(Object.keys(byId(await rows()))).toEqual(['flights/results/0-10/1/ATL', 'flights/results/0-10/5.1/ATL']);
    });

    it('says the same under the same id when a delivery is repeated', async () => {
      const { sink, rows } = await open();
      const delivery = sampleDelivery({ results: [sampleRow('ATL', 0, 1), sampleRow('BOS', 0, 4)] });
      await sink.deliver(delivery);
      const before = byId(await rows());
      await sink.deliver(delivery);
      expect(byId(await rows())).toEqual(before);
    });

    it('takes an outbox without results', async () => {
      const { sink, rows } = await open();
      expect(await sink.deliver(sampleDelivery({}))).toEqual({ rows: 0, writeUnits: 0 });
      expect(await rows()).toEqual([]);
    });

    it('gives values back as they were: integers, doubles, text, lists, nested objects', async () => {
      const { sink, rows } = await open();
      const values = {
        zero: 0,
        max: Number.MAX_SAFE_INTEGER,
        min: Number.MIN_SAFE_INTEGER,
        third: 1 / 3,
        tiny: 1.5e-120,
        huge: 1.2345678901234567e125,
        yes: true,
        nothing: null,
        text: 'Zürich ✈\n{"a":1}',
        empty: '',
        list: [1, [2.5, 'x']],
        nested: { a: { b: [] } },
      };
      await sink.deliver(sampleDelivery({ results: [sampleRow('A\nT\\L"', 0, 1, values)] }));
      expect(await rows()).toEqual([asRead(sampleRow('A\nT\\L"', 0, 1, values))]);
    });

    it('has each firing once for a reader who drops repeats by id, after any deliveries and repeats', async () => {
      const row = fc.record({
        key: fc.constantFrom('ATL', 'BOS', 'É/x'),
        start: fc.constantFrom(0, 10, 90_000_000),
        revision: fc.integer({ min: 1, max: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ epochMs: fc.constantFrom(0, 10, 20), rows: fc.array(row, { maxLength: 6 }) }), {
            maxLength: 4,
          }),
          async (batches) => {
            const { sink, rows } = await open();
            const commits = batches.map(({ epochMs, rows: batch }, index) =>
              sampleDelivery(
                {
                  results: batch.map(({ key, start, revision }) =>
                    sampleRow(key, start, revision, { said: epochMs + revision }),
                  ),
                },
                index + 1,
                epochMs,
              ),
            );
            for (const commit of [...commits, ...commits]) await sink.deliver(commit);
            expect(byId(await rows())).toEqual(
              byId(commits.flatMap(({ epochMs, outbox }) => outbox.results.map((row) => asRead(row, epochMs)))),
            );
          },
        ),
        { numRuns: 20 },
      );
    });
  });
}

function asRead(row: ResultRow, epochMs = 0): Record<string, unknown> {
  const { values, ...fixed } = row;
  return {
    id: resultId('flights', row, epochMs),
    ...fixed,
    ...(epochMs === 0 ? {} : { logEpochMs: epochMs }),
    ...values,
  };
}

/** What a reader has who drops repeats; two rows under one id that differ are an error. */
function byId(rows: ReadonlyArray<Readonly<Record<string, unknown>>>): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const row of rows) {
    const id = String(row['id']);
    if (id in known) expect(row).toEqual(known[id]);
    known[id] = row;
  }
  return Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
}
