/** Whoever adds up session results, by whichever identity, gets each accepted record once. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  collect,
  everyEventTime,
  everyProcessingTime,
  everyRecords,
  kinesis,
  lake,
  pipeline,
  session,
} from '../../../engine/index.ts';
import type { WindowSettings } from '../../../engine/dsl/window-settings.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import type { Repeat } from '../../../engine/window/emission.ts';
import { MovingPartition } from '../support/moves.ts';
import { reading, READING } from '../support/readings.ts';
import { windowsOf } from './naive.ts';

type Reader = (row: ResultRow) => string;
/** As a result table tells results apart, and a compacted topic. */
const BY_START: Reader = ({ key, windowStartMs }) => `${key}/${windowStartMs}`;
/** As the ids of the lake and its saved query do. */
const BY_BOUNDS: Reader = ({ key, windowStartMs, windowEndMs }) => `${key}/${windowStartMs}/${windowEndMs}`;

interface Move {
  readonly kind: 'record' | 'tick';
  readonly key: string;
  readonly timeMs: number;
  readonly afterMs: number;
}

const small = fc.integer({ min: 1, max: 12 });
const repeat: fc.Arbitrary<Repeat> = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map(everyRecords),
  small.map(everyEventTime),
  small.map(everyProcessingTime),
);
const settings = fc
  .record({
    allowedLatenessMs: fc.constantFrom(0, 3, 10, 1_000),
    early: fc.option(repeat, { nil: undefined }),
    late: fc.option(repeat, { nil: undefined }),
  })
  .map(({ allowedLatenessMs, early, late }): WindowSettings => {
    const trigger = { ...(early === undefined ? {} : { early }), ...(late === undefined ? {} : { late }) };
    return { allowedLatenessMs, ...(early === undefined && late === undefined ? {} : { trigger }) };
  });
const replacing = fc
  .tuple(settings, fc.constantFrom('accumulating' as const, 'retracting' as const))
  .map(([given, accumulation]): WindowSettings => ({ ...given, accumulation }));
const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('record', 'record', 'record', 'tick'),
    key: fc.constantFrom('a', 'b'),
    timeMs: fc.integer({ min: -20, max: 60 }),
    afterMs: fc.nat({ max: 9 }),
  }),
  { maxLength: 30 },
);

/** Plays the moves, then lets all windows close. The value of a record is its offset. */
class Story {
  readonly rows: ResultRow[] = [];
  readonly accepted = new Map<number, Move>();
  readonly #partition: MovingPartition;
  readonly #gapMs: number;
  readonly #onRows: (rows: readonly ResultRow[]) => void;

  constructor(
    gapMs: number,
    maxOutOfOrdernessMs: number,
    given: WindowSettings,
    onRows: (rows: readonly ResultRow[]) => void = () => undefined,
  ) {
    this.#gapMs = gapMs;
    this.#onRows = onRows;
    this.#partition = new MovingPartition(
      pipeline('readers')
        .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
        .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 10_000 })
        .keyBy('key')
        .window(session({ gapMs }), given)
        .aggregate({ all: collect('value', { maxItems: 100 }) })
        .to(lake()).topology,
    );
  }

  play(list: readonly Move[]): this {
    let nowMs = 1_000;
    list.forEach((move, i) => {
      nowMs += move.afterMs;
      if (move.kind === 'tick') this.#tick(move.timeMs, nowMs);
      else this.#record(i, move, nowMs);
    });
    this.#tick(100_000, 100_000);
    return this;
  }

  #record(offset: number, move: Move, arrivalTimeMs: number): void {
    const { results, lateRecords } = this.#partition.process({
      ...reading(offset, move.key, move.timeMs, offset),
      arrivalTimeMs,
    });
    if (lateRecords.length === 0) this.accepted.set(offset, move);
    this.#see(results);
  }

  #tick(watermarkMs: number, processingTimeMs: number): void {
    const result = this.#partition.tryTick({ watermarkMs, processingTimeMs });
    if (result === undefined) return;
    this.#partition.tick(result);
    this.#see(result.outbox.results);
  }

  #see(results: readonly ResultRow[]): void {
    this.rows.push(...results);
    this.#onRows(this.rows);
  }

  /** The sessions that a program which waits for all records would give. */
  get truth(): string[] {
    return ['a', 'b']
      .flatMap((key) => {
        const events = [...this.accepted]
          .filter(([, move]) => move.key === key)
          .map(([value, { timeMs }]) => ({ key, timeMs, value }));
        return windowsOf({ kind: 'session', gapMs: this.#gapMs }, events).map(
          ({ startMs, endMs, values }) => `${key} [${startMs}, ${endMs}) ${values.join(' ')}`,
        );
      })
      .sort();
  }
}

const itemsOf = ({ values }: ResultRow): number[] =>
  (values as { all: { items: number[] } }).all.items.toSorted((a, b) => a - b);

/** What a reader sees who keeps the newest revision of each result. */
function visible(rows: readonly ResultRow[], identity: Reader): ResultRow[] {
  const newest = new Map<string, ResultRow>();
  for (const row of rows) if (row.revision > (newest.get(identity(row))?.revision ?? 0)) newest.set(identity(row), row);
  return [...newest.values()].filter(({ retracted }) => retracted !== true);
}

const shown = (rows: readonly ResultRow[]) =>
  rows.map((row) => `${row.key} [${row.windowStartMs}, ${row.windowEndMs}) ${itemsOf(row).join(' ')}`).sort();

describe.each([
  ['key and start', BY_START],
  ['key, start and end', BY_BOUNDS],
] as const)('a reader who tells session results apart by %s', (_, identity) => {
  it('sees, after all firings, the sessions of all accepted records and nothing else', () => {
    fc.assert(
      fc.property(small, fc.nat({ max: 10 }), replacing, moves, (gapMs, slackMs, given, list) => {
        const story = new Story(gapMs, slackMs, given).play(list);
        expect(shown(visible(story.rows, identity))).toEqual(story.truth);
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);

  it('at no time counts a record twice', () => {
    fc.assert(
      fc.property(small, fc.nat({ max: 10 }), replacing, moves, (gapMs, slackMs, given, list) => {
        new Story(gapMs, slackMs, given, (rows) => {
          const items = visible(rows, identity).flatMap(itemsOf);
          expect(new Set(items).size).toBe(items.length);
        }).play(list);
      }),
      { numRuns: 400 },
    );
  }, 120_000);
});

describe('discarding sessions', () => {
  it('retract no part: a reader who adds up every part, each id once, gets each accepted record once', () => {
    fc.assert(
      fc.property(small, fc.nat({ max: 10 }), settings, moves, (gapMs, slackMs, given, list) => {
        const story = new Story(gapMs, slackMs, { ...given, accumulation: 'discarding' }).play(list);
        expect(story.rows.every(({ retracted }) => retracted !== true)).toBe(true);
        const ids = story.rows.map((row) => `${BY_BOUNDS(row)}/${row.revision}`);
        expect(new Set(ids).size).toBe(ids.length);
        expect(story.rows.flatMap(itemsOf).sort((a, b) => a - b)).toEqual([...story.accepted.keys()]);
      }),
      { numRuns: 500 },
    );
  }, 120_000);
});

it('an early result is retracted as soon as its session gets another end, not only another start', () => {
  const story = new Story(5, 0, { allowedLatenessMs: 100, trigger: { early: everyRecords(1) } });
  story.play([1, 4].map((timeMs) => ({ kind: 'record', key: 'a', timeMs, afterMs: 0 })));
  expect(
    story.rows.map(({ windowStartMs, windowEndMs, revision, retracted }) => [
      windowStartMs,
      windowEndMs,
      revision,
      retracted === true,
    ]),
  ).toEqual([
    [1, 6, 1, false],
    [1, 6, 2, true],
    [1, 9, 3, false],
    [1, 9, 4, false],
  ]);
});
