import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  collect,
  count,
  hopping,
  kinesis,
  pipeline,
  resultTable,
  session,
  sliding,
  sum,
  tumbling,
} from '../../../engine/index.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { Outbox } from '../../../engine/outputs.ts';
import type { Windows } from '../../../engine/window/windows.ts';
import { reading, READING } from '../support/readings.ts';
import { decodeSnapshot, Partition } from '../support/state.ts';
import { naive, type Event, type Kind, type Row, type Rules } from './naive.ts';

const small = fc.integer({ min: 1, max: 12 });
const kinds: fc.Arbitrary<Kind> = fc.oneof(
  fc
    .record({ sizeMs: small, hops: fc.integer({ min: 1, max: 4 }), offsetMs: fc.nat({ max: 20 }) })
    .map(({ sizeMs, hops, offsetMs }): Kind => {
      const advanceMs = Math.max(1, Math.min(sizeMs, Math.round(sizeMs / hops)));
      return { kind: 'hopping', sizeMs, advanceMs, offsetMs: offsetMs % advanceMs };
    }),
  small.map((gapMs): Kind => ({ kind: 'session', gapMs })),
  small.map((differenceMs): Kind => ({ kind: 'sliding', differenceMs })),
);
const rules: fc.Arbitrary<Rules> = fc.record({
  windows: kinds,
  maxOutOfOrdernessMs: fc.nat({ max: 10 }),
  allowedLatenessMs: fc.constantFrom(0, 0, 3, 10, 1_000),
  finalOnly: fc.constantFrom(false, false, true),
});
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b'), timeMs: fc.integer({ min: -20, max: 60 }), value: fc.nat({ max: 99 }) }),
  { maxLength: 30 },
);

function windowsFor(kind: Kind): Windows {
  switch (kind.kind) {
    case 'session':
      return session({ gapMs: kind.gapMs });
    case 'sliding':
      return sliding({ timeDifferenceMs: kind.differenceMs });
    case 'hopping':
      return kind.sizeMs === kind.advanceMs ? tumbling(kind) : hopping(kind);
  }
}

function topologyOf({ windows, maxOutOfOrdernessMs, allowedLatenessMs, finalOnly }: Rules): Topology {
  return pipeline('oracle')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 10_000 })
    .keyBy('key')
    .window(windowsFor(windows), { allowedLatenessMs, finalOnly })
    .aggregate({ n: count(), total: sum('value'), all: collect('value', { maxItems: 100 }) })
    .to(resultTable()).topology;
}

function rowsOf(outboxes: readonly Outbox[]): Row[] {
  return outboxes
    .flatMap(({ results }) => results)
    .map(({ key, windowStartMs, windowEndMs, revision, values, retracted }) => {
      const { items = [] } = (values as { all?: { items: number[] } }).all ?? {};
      return {
        key,
        startMs: windowStartMs,
        endMs: windowEndMs,
        revision,
        values: retracted === true ? undefined : items.toSorted((a, b) => a - b),
      };
    });
}

const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('windows of every kind', () => {
  it('are those of the whole list of records, whatever comes when', () => {
    fc.assert(
      fc.property(rules, events, (given, list) => {
        const partition = new Partition(topologyOf(given));
        const outboxes = list.map(({ key, timeMs, value }, i) => partition.process(reading(i, key, timeMs, value)));
        const expected = naive(given, list);
        expect(outboxes.flatMap(({ lateRecords }) => lateRecords.map(({ offset }) => Number(offset)))).toEqual(
          expected.late,
        );
        expect(outboxes.flatMap(({ deadLetters }) => deadLetters)).toEqual([]);
        const ignoringRevisions = given.windows.kind === 'session';
        const plain = (rows: readonly Row[]) =>
          sorted(ignoringRevisions ? rows.map((row) => ({ ...row, revision: 0 })) : rows);
        expect(plain(rowsOf(outboxes))).toEqual(plain(expected.rows));
      }),
      { numRuns: 1_500 },
    );
  }, 120_000);

  it('are the same however records are cut into batches, and whoever goes on with them (PL-12)', () => {
    fc.assert(
      fc.property(
        rules,
        events,
        fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 30 }),
        fc.boolean(),
        (given, list, sizes, restarts) => {
          const topology = topologyOf(given);
          const records = list.map(({ key, timeMs, value }, i) => reading(i, key, timeMs, value));
          const whole = new Partition(topology);
          const expected = whole.process(...records);
          const parts = new Partition(topology);
          const outboxes: Outbox[] = [];
          for (let at = 0, i = 0; at < records.length; i++) {
            const size = sizes[i] ?? 3;
            if (restarts) Object.assign(parts.state, decodeSnapshot(parts.bytes(), topology).state);
            outboxes.push(parts.process(...records.slice(at, at + size)));
            at += size;
          }
          expect(JSON.stringify(outboxes.flatMap(({ results }) => results))).toBe(JSON.stringify(expected.results));
          expect(Buffer.compare(parts.bytes(), whole.bytes())).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  }, 120_000);

  it('give each place in the results one newest revision that says what stands', () => {
    fc.assert(
      fc.property(rules, events, (given, list) => {
        const partition = new Partition(topologyOf(given));
        const newest = new Map<string, Row>();
        for (const [i, { key, timeMs, value }] of list.entries()) {
          for (const row of rowsOf([partition.process(reading(i, key, timeMs, value))])) {
            const id = `${row.key}/${row.startMs}`;
            expect(row.revision).toBeGreaterThan(newest.get(id)?.revision ?? 0);
            newest.set(id, row);
          }
        }
        const standing = new Map<string, Row>();
        for (const row of naive(given, list).rows) standing.set(`${row.key}/${row.startMs}`, row);
        const shown = (rows: Iterable<Row>) =>
          sorted([...rows].filter(({ values }) => values !== undefined).map((row) => ({ ...row, revision: 0 })));
        expect(shown(newest.values())).toEqual(shown(standing.values()));
      }),
      { numRuns: 500 },
    );
  }, 120_000);
});
