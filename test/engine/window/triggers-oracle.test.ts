import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  collect,
  count,
  everyEventTime,
  everyProcessingTime,
  everyRecords,
  global,
  hopping,
  kinesis,
  lake,
  pipeline,
  session,
  tumbling,
} from '../../../engine/index.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { Outbox } from '../../../engine/outputs.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import type { TickTarget } from '../../../engine/step.ts';
import type { Repeat } from '../../../engine/window/emission.ts';
import type { Windows } from '../../../engine/window/windows.ts';
import { MovingPartition } from '../support/moves.ts';
import { reading, READING, type Reading } from '../support/readings.ts';
import { naiveTriggers, type Move, type Repetition, type Said, type TriggerRules } from './naive-triggers.ts';
import type { Event } from './naive.ts';

/** What may happen to a partition: a record comes so long after the one before, or a tick moves time. */
type Happening =
  | { readonly event: Event; readonly afterMs: number }
  | { readonly watermarkMs: number | undefined; readonly afterMs: number };

const small = fc.integer({ min: 1, max: 12 });
const windows: fc.Arbitrary<TriggerRules['windows']> = fc.oneof(
  small.map((sizeMs) => ({ kind: 'hopping' as const, sizeMs, advanceMs: sizeMs, offsetMs: 0 })),
  fc.record({ advanceMs: small, hops: fc.integer({ min: 2, max: 3 }) }).map(({ advanceMs, hops }) => ({
    kind: 'hopping' as const,
    sizeMs: advanceMs * hops - (advanceMs > 1 ? 1 : 0),
    advanceMs,
    offsetMs: advanceMs - 1,
  })),
  small.map((gapMs) => ({ kind: 'session' as const, gapMs })),
  fc.constant({ kind: 'global' as const }),
);
const repetition: fc.Arbitrary<Repetition> = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map((n) => ({ by: 'records' as const, n })),
  fc.record({ by: fc.constantFrom('eventTime' as const, 'processingTime' as const), everyMs: small }),
);
const rules: fc.Arbitrary<TriggerRules> = fc
  .record({
    windows,
    maxOutOfOrdernessMs: fc.nat({ max: 10 }),
    isCarried: fc.boolean(),
    allowedLatenessMs: fc.constantFrom(0, 3, 10, 1_000),
    early: fc.option(repetition, { nil: undefined }),
    late: repetition,
    accumulation: fc.constantFrom('accumulating' as const, 'discarding' as const, 'retracting' as const),
    finalOnly: fc.constant(false),
  })
  .map((given) =>
    given.windows.kind === 'global' && given.early === undefined ? { ...given, early: given.late } : given,
  );
const finalOnly: fc.Arbitrary<TriggerRules> = fc.record({
  windows: windows.filter(({ kind }) => kind !== 'global'),
  maxOutOfOrdernessMs: fc.nat({ max: 10 }),
  isCarried: fc.boolean(),
  allowedLatenessMs: fc.constantFrom(0, 3, 10),
  early: fc.constant(undefined),
  late: fc.constant({ by: 'records' as const, n: 1 }),
  accumulation: fc.constant('accumulating' as const),
  finalOnly: fc.constant(true),
});
const event: fc.Arbitrary<Event> = fc.record({
  key: fc.constantFrom('a', 'b'),
  timeMs: fc.integer({ min: -20, max: 60 }),
  value: fc.nat({ max: 99 }),
});
const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ event, afterMs: fc.nat({ max: 6 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        watermarkMs: fc.option(fc.integer({ min: -20, max: 90 }), { nil: undefined }),
        afterMs: fc.nat({ max: 20 }),
      }),
    },
  ),
  { maxLength: 25 },
);

function windowsFor(kind: TriggerRules['windows']): Windows {
  switch (kind.kind) {
    case 'session':
      return session(kind);
    case 'global':
      return global();
    case 'hopping':
      return kind.sizeMs === kind.advanceMs ? tumbling(kind) : hopping(kind);
    case 'sliding':
      throw new Error('sliding windows have no trigger');
  }
}

function repeatFor(given: Repetition): Repeat {
  if (given.by === 'records') return everyRecords(given.n);
  return given.by === 'eventTime' ? everyEventTime(given.everyMs) : everyProcessingTime(given.everyMs);
}

function topologyOf({ early, late, accumulation, ...given }: TriggerRules): Topology {
  const { maxOutOfOrdernessMs, isCarried } = given;
  const watermark = ({ timeMs, value }: Reading) => (value % 3 === 0 ? timeMs - maxOutOfOrdernessMs : undefined);
  const trigger = given.finalOnly
    ? {}
    : { trigger: { late: repeatFor(late), ...(early === undefined ? {} : { early: repeatFor(early) }) } };
  return pipeline('triggers')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, {
      maxClockSkewMs: 10_000,
      ...(isCarried ? { watermark } : { maxOutOfOrdernessMs }),
    })
    .keyBy('key')
    .window(windowsFor(given.windows), {
      allowedLatenessMs: given.allowedLatenessMs,
      accumulation,
      finalOnly: given.finalOnly,
      ...trigger,
    })
    .aggregate({ n: count(), all: collect('value', { maxItems: 100 }) })
    .to(lake()).topology;
}

function saidOf(outboxes: readonly Outbox[]): Said[] {
  return outboxes
    .flatMap(({ results }) => results)
    .map(({ key, windowStartMs, windowEndMs, values, retracted }) => {
      const { items } = (values as { all?: { items: number[] } }).all ?? {};
      return {
        key,
        startMs: windowStartMs,
        endMs: windowEndMs,
        retracted: retracted === true,
        values: items?.toSorted((a, b) => a - b),
      };
    });
}

const sorted = (rows: readonly Said[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

/** Each happening with the time of processing at which it happens. */
function timed(list: readonly Happening[]): Array<{ record: SourceRecord; event: Event } | { target: TickTarget }> {
  let nowMs = 1_000;
  return list.map((one, i) => {
    nowMs += one.afterMs;
    if (!('event' in one)) return { target: { watermarkMs: one.watermarkMs, processingTimeMs: nowMs } };
    const { key, timeMs, value } = one.event;
    return { event: one.event, record: { ...reading(i, key, timeMs, value), arrivalTimeMs: nowMs } };
  });
}

/** One by one. A tick for which nothing is due is never committed, so it has never happened. */
function play(
  topology: Topology,
  list: readonly Happening[],
): { partition: MovingPartition; moves: Array<Move | undefined> } {
  const partition = new MovingPartition(topology);
  const moves = timed(list).map((one): Move | undefined => {
    if ('record' in one) {
      partition.process(one.record);
      return { event: one.event, arrivalMs: one.record.arrivalTimeMs };
    }
    const result = partition.tryTick(one.target);
    if (result === undefined) return undefined;
    partition.tick(result);
    return { watermarkMs: one.target.watermarkMs, processingMs: one.target.processingTimeMs };
  });
  return { partition, moves };
}

function compare(given: TriggerRules, list: readonly Happening[]): void {
  const {
    partition: { outboxes },
    moves,
  } = play(topologyOf(given), list);
  // Numbered by their place in the list, as the offsets are.
  const expected = naiveTriggers(
    given,
    moves.map((move) => move ?? { watermarkMs: undefined, processingMs: undefined }),
  );
  expect(outboxes.flatMap(({ deadLetters }) => deadLetters)).toEqual([]);
  expect(outboxes.flatMap(({ lateRecords }) => lateRecords.map(({ offset }) => Number(offset)))).toEqual(expected.late);
  expect(sorted(saidOf(outboxes))).toEqual(sorted(expected.rows));
}

describe('triggers and accumulation', () => {
  it('fire as a naive program says, whatever comes when, ticks included', () => {
    fc.assert(fc.property(rules, happenings, compare), { numRuns: 1_200 });
  }, 120_000);

  it('give one result per window when only the final one is asked for', () => {
    fc.assert(fc.property(finalOnly, happenings, compare), { numRuns: 400 });
  }, 120_000);

  it('are the same however records are cut into batches, and whoever goes on with them (PL-12)', () => {
    fc.assert(
      fc.property(
        fc.oneof({ weight: 5, arbitrary: rules }, finalOnly),
        happenings,
        fc.infiniteStream(fc.record({ isCut: fc.boolean(), restarts: fc.boolean() })),
        (given, list, cuts) => {
          const topology = topologyOf(given);
          const whole = new MovingPartition(topology);
          const parts = new MovingPartition(topology);
          let waiting: SourceRecord[] = [];
          let part: SourceRecord[] = [];
          const deliver = (partition: MovingPartition, records: SourceRecord[]) => {
            if (records.length > 0) partition.process(...records);
            return [];
          };
          for (const one of timed(list)) {
            const { isCut, restarts } = cuts.next().value;
            if ('record' in one) {
              waiting.push(one.record);
              part.push(one.record);
            }
            if (isCut) part = deliver(parts, part);
            if (restarts && part.length === 0) parts.restart();
            if ('record' in one) continue;
            [waiting, part] = [deliver(whole, waiting), deliver(parts, part)];
            const [a, b] = [whole.tryTick(one.target), parts.tryTick(one.target)];
            // One of them may know of a timer that has become idle: then nothing comes of it.
            expect((a ?? b)?.outbox.results ?? []).toEqual((b ?? a)?.outbox.results ?? []);
            if (a !== undefined && b !== undefined) {
              whole.tick(a);
              parts.tick(b);
            } else expect((a ?? b)?.outbox.results ?? []).toEqual([]);
          }
          deliver(whole, waiting);
          deliver(parts, part);
          expect(JSON.stringify(parts.outboxes.flatMap(({ results }) => results))).toBe(
            JSON.stringify(whole.outboxes.flatMap(({ results }) => results)),
          );
          expect(Buffer.compare(parts.bytes(), whole.bytes())).toBe(0);
        },
      ),
      { numRuns: 600 },
    );
  }, 120_000);

  it('count the revision of each place in the results up, one by one', () => {
    fc.assert(
      fc.property(rules, happenings, (given, list) => {
        const revisions = new Map<string, number>();
        for (const { key, windowStartMs, revision } of play(topologyOf(given), list).partition.outboxes.flatMap(
          ({ results }) => results,
        )) {
          const before = revisions.get(`${key}/${windowStartMs}`) ?? 0;
          if (given.windows.kind === 'session') expect(revision).toBeGreaterThan(before);
          else expect(revision).toBe(before + 1);
          revisions.set(`${key}/${windowStartMs}`, revision);
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});
