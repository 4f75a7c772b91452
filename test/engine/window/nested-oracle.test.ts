import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  collect,
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
import type { Windows } from '../../../engine/window/windows.ts';
import { MovingPartition } from '../support/moves.ts';
import { reading, READING } from '../support/readings.ts';
import { naive, type Event, type Kind } from './naive.ts';

interface Rules {
  readonly inner: Kind;
  readonly outer: Exclude<Kind, { kind: 'sliding' }>;
  readonly maxOutOfOrdernessMs: number;
  readonly innerLatenessMs: number;
  /** The total that an inner window must have. */
  readonly least: number;
}

const small = fc.integer({ min: 1, max: 8 });
const tumbles = small.map((sizeMs) => ({ kind: 'hopping' as const, sizeMs, advanceMs: sizeMs, offsetMs: 0 }));
const hops = small.map((advanceMs) => ({ kind: 'hopping' as const, sizeMs: advanceMs * 2, advanceMs, offsetMs: 0 }));
const sessions = small.map((gapMs) => ({ kind: 'session' as const, gapMs }));
const rules: fc.Arbitrary<Rules> = fc.record({
  inner: fc.oneof(
    tumbles,
    hops,
    sessions,
    small.map((differenceMs) => ({ kind: 'sliding' as const, differenceMs })),
  ),
  outer: fc.oneof(
    fc
      .integer({ min: 5, max: 40 })
      .map((sizeMs) => ({ kind: 'hopping' as const, sizeMs, advanceMs: sizeMs, offsetMs: 0 })),
    hops,
    sessions,
  ),
  maxOutOfOrdernessMs: fc.nat({ max: 5 }),
  innerLatenessMs: fc.constantFrom(0, 3, 10),
  least: fc.constantFrom(0, 50),
});
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b'), timeMs: fc.integer({ min: -20, max: 60 }), value: fc.nat({ max: 99 }) }),
  { maxLength: 25 },
);

function windowsFor(kind: Kind): Windows {
  switch (kind.kind) {
    case 'session':
      return session(kind);
    case 'sliding':
      return sliding({ timeDifferenceMs: kind.differenceMs });
    case 'hopping':
      return kind.sizeMs === kind.advanceMs ? tumbling(kind) : hopping(kind);
  }
}

function topologyOf({ inner, outer, maxOutOfOrdernessMs, innerLatenessMs, least }: Rules): Topology {
  return pipeline('nested')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 10_000 })
    .keyBy('key')
    .window(windowsFor(inner), { allowedLatenessMs: innerLatenessMs })
    .aggregate({ total: sum('value') })
    .filter(({ total }) => total >= least)
    .window(windowsFor(outer))
    .aggregate({ all: collect('total', { maxItems: 100 }) })
    .to(resultTable()).topology;
}

const END_MS = 1_000;

/** The final results of the inner windows are the records of the outer ones; all windows come out in the end. */
function expectedOf(
  { inner, outer, maxOutOfOrdernessMs, innerLatenessMs, least }: Rules,
  list: readonly Event[],
): string[] {
  const last = (key: string): Event => ({ key, timeMs: END_MS * 10, value: 0 });
  const close = { maxOutOfOrdernessMs, finalOnly: true };
  const rows = naive({ windows: inner, allowedLatenessMs: innerLatenessMs, ...close }, [...list, last('end')]).rows;
  const results = rows
    .map(({ key, endMs, values }): Event => ({
      key,
      timeMs: endMs - 1,
      value: (values ?? []).reduce((a, b) => a + b, 0),
    }))
    .filter(({ value }) => value >= least);
  const unbounded = { windows: outer, maxOutOfOrdernessMs: END_MS, allowedLatenessMs: 0, finalOnly: true };
  return naive(unbounded, [...results, last('end')])
    .rows.map(({ key, startMs, endMs, values }) => JSON.stringify({ key, startMs, endMs, values }))
    .sort();
}

describe('windows over windows', () => {
  it('hold the final result of every inner window, whatever comes when, and lose none as late', () => {
    fc.assert(
      fc.property(rules, events, fc.array(fc.boolean(), { maxLength: 25 }), (given, list, restarts) => {
        const partition = new MovingPartition(topologyOf(given));
        list.forEach(({ key, timeMs, value }, i) => {
          if (restarts[i] === true) partition.restart();
          partition.process(reading(i, key, timeMs, value));
        });
        const end = partition.tryTick({ watermarkMs: END_MS, processingTimeMs: undefined });
        if (end !== undefined) partition.tick(end);
        const results = partition.outboxes.flatMap((outbox) => outbox.results);
        expect(partition.outboxes.flatMap(({ deadLetters }) => deadLetters)).toEqual([]);
        expect(results.every(({ revision }) => revision === 1)).toBe(true);
        const got = results.map(({ key, windowStartMs, windowEndMs, values }) => {
          const { items } = values['all'] as { items: number[] };
          return JSON.stringify({
            key,
            startMs: windowStartMs,
            endMs: windowEndMs,
            values: items.toSorted((a, b) => a - b),
          });
        });
        expect(got.sort()).toEqual(expectedOf(given, list));
      }),
      { numRuns: 600 },
    );
  }, 120_000);

  it('are the same however records are cut into batches (PL-12)', () => {
    fc.assert(
      fc.property(rules, events, fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 25 }), (given, list, sizes) => {
        const topology = topologyOf(given);
        const records = list.map(({ key, timeMs, value }, i) => reading(i, key, timeMs, value));
        const whole = new MovingPartition(topology);
        whole.process(...records);
        const parts = new MovingPartition(topology);
        for (let at = 0, i = 0; at < records.length; i++) {
          const size = sizes[i] ?? 3;
          parts.process(...records.slice(at, at + size));
          parts.restart();
          at += size;
        }
        expect(JSON.stringify(parts.outboxes.flatMap(({ results }) => results))).toBe(
          JSON.stringify(whole.outboxes.flatMap(({ results }) => results)),
        );
        expect(Buffer.compare(parts.bytes(), whole.bytes())).toBe(0);
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});
