import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  collect,
  count,
  everyEventTime,
  everyProcessingTime,
  everyRecords,
  hopping,
  kinesis,
  lake,
  list,
  pipeline,
  session,
  sliding,
  sum,
  tumbling,
  value,
} from '../../engine/index.ts';
import type { Topology } from '../../engine/topology.ts';
import type { Outbox } from '../../engine/outputs.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { UNBOUNDED, type CommitBounds } from '../../engine/run.ts';
import { step, stepTick, type StepResult, type TickTarget } from '../../engine/step.ts';
import type { Repeat } from '../../engine/window/emission.ts';
import type { Windows } from '../../engine/window/windows.ts';
import { MovingPartition } from './support/moves.ts';
import { reading, READING } from './support/readings.ts';

type Happening = { readonly record: SourceRecord } | { readonly tick: TickTarget };

/** Takes every happening, each commit no larger than the bounds. Memory is lost behind each, and within those that `restarts` says. */
class BoundedPartition extends MovingPartition {
  commits = 0;
  readonly #bounds: CommitBounds;
  readonly #restarts: readonly boolean[];

  constructor(topology: Topology, bounds: CommitBounds, restarts: readonly boolean[]) {
    super(topology);
    this.#bounds = bounds;
    this.#restarts = restarts;
  }

  take(happening: Happening): void {
    if ('record' in happening) {
      for (let taken = 0; taken === 0 || this.state.pending !== undefined;) {
        const result = step(this.topology, this.state, taken === 0 ? [happening.record] : [], this.#bounds);
        taken += result.taken;
        this.#note(result);
      }
      this.restart();
      return;
    }
    do {
      const result = stepTick(this.topology, this.state, happening.tick, this.#bounds);
      if (result !== undefined) this.#note(result);
    } while (this.state.pending !== undefined);
    this.restart();
  }

  #note(result: StepResult): void {
    this.tick(result);
    if (this.#restarts[this.commits++ % this.#restarts.length] === true) this.restart();
  }

  /** All that came out, in its order, and all that is left. */
  get outcome() {
    const all = <K extends keyof Outbox>(name: K) =>
      this.outboxes.flatMap((outbox) => [...outbox[name]] as Array<Outbox[K][number]>);
    const { counters, watermarkMs, processingTimeMs, sequence, stateHash, pending } = this.state;
    return {
      results: all('results'),
      sideOutputs: all('sideOutputs'),
      deadLetters: all('deadLetters'),
      lateRecords: all('lateRecords'),
      counters,
      watermarkMs,
      processingTimeMs,
      sequence,
      stateHash,
      pending,
    };
  }
}

function outcomeOf(topology: Topology, happenings: readonly Happening[], bounds = UNBOUNDED, restarts = [false]) {
  const partition = new BoundedPartition(topology, bounds, restarts);
  for (const happening of happenings) partition.take(happening);
  return { ...partition.outcome, commits: partition.commits };
}

const source = (name: string, maxOutOfOrdernessMs: number) =>
  pipeline(name)
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 1_000_000 })
    .keyBy('key');

/** Says something at each beat of either clock, sets timers before and after the one that is due, and fails now and then. */
const beating = (ttlMs: number | undefined, everyMs: number, maxOutOfOrdernessMs: number, failsAt: number): Topology =>
  source('beating', maxOutOfOrdernessMs)
    .process({
      state: { beats: value<number>(), seen: list<number>(ttlMs === undefined ? {} : { ttlMs }) },
      results: { beats: 'integer', seen: 'integer' },
      outputs: ['beats'],
      onRecord: (
        { eventTimeMs, value: { value: amount } },
        { state, setTimer, setProcessingTimer, processingTimeMs },
      ) => {
        state.seen.append(amount);
        setTimer(eventTimeMs + everyMs);
        if (amount % 2 === 0) setProcessingTimer(processingTimeMs + everyMs, 'p');
        if (amount % 5 === 0) setTimer(eventTimeMs - 30, 'past');
      },
      onTimer: ({ timeMs, name, domain }, { state, setTimer, setProcessingTimer, emit, emitTo, watermarkMs }) => {
        const beats = (state.beats.get() ?? 0) + 1;
        state.beats.set(beats);
        if (beats % 7 === failsAt) throw new Error(`beat ${beats}`);
        if (domain === 'processing') setProcessingTimer(timeMs + everyMs, 'p');
        else if (name === '') setTimer(timeMs + everyMs);
        if (name === 'past' && beats % 3 === 0) setTimer(timeMs - 1, 'earlier');
        emit({ beats, seen: state.seen.get().length });
        emitTo('beats', { timeMs, name, domain, watermarkMs });
      },
    })
    .to(lake()).topology;

const small = fc.integer({ min: 1, max: 12 });
const windows: fc.Arbitrary<Windows> = fc.oneof(
  small.map((sizeMs) => tumbling({ sizeMs })),
  small.map((advanceMs) => hopping({ sizeMs: advanceMs * 3, advanceMs })),
  small.map((gapMs) => session({ gapMs })),
);
const repeat: fc.Arbitrary<Repeat> = fc.oneof(
  small.map(everyRecords),
  small.map(everyEventTime),
  small.map(everyProcessingTime),
);
const disorder = fc.constantFrom(0, 3, 20);
const lateness = fc.constantFrom(0, 5, 40);
/** Fails for some totals: no record is to blame then. */
function shown<R extends { readonly total: number | null }>(values: R): R {
  if (Number(values.total) % 11 === 5) throw new Error('no such total');
  return values;
}

const topologies: fc.Arbitrary<Topology> = fc.oneof(
  fc
    .record({
      given: windows,
      early: fc.option(repeat, { nil: undefined }),
      late: repeat,
      accumulation: fc.constantFrom('accumulating' as const, 'discarding' as const, 'retracting' as const),
      disorder,
      lateness,
    })
    .map(
      ({ given, early, late, accumulation, disorder: most, lateness: allowedLatenessMs }) =>
        source('triggered', most)
          .window(given, {
            allowedLatenessMs,
            trigger: { ...(early === undefined ? {} : { early }), late },
            accumulation,
          })
          .aggregate({ total: sum('value'), n: count() })
          .map(shown, { total: 'number', n: 'integer' })
          .to(lake()).topology,
    ),
  fc
    .record({
      given: fc.oneof(
        windows,
        small.map((timeDifferenceMs) => sliding({ timeDifferenceMs })),
      ),
      disorder,
      lateness,
      finalOnly: fc.boolean(),
    })
    .map(
      ({ given, disorder: most, lateness: allowedLatenessMs, finalOnly }) =>
        source('plain', most)
          .window(given, { allowedLatenessMs, ...(finalOnly ? { emit: 'final' as const } : {}) })
          .aggregate({ total: sum('value'), items: collect('value', { maxItems: 9 }) })
          .map(shown, { total: 'number', items: 'json' })
          .to(lake()).topology,
    ),
  fc.record({ inner: windows, outer: windows, disorder, lateness }).map(
    ({ inner, outer, disorder: most, lateness: allowedLatenessMs }) =>
      source('nested', most)
        .deduplicate({ by: ({ value: id }) => id, withinMs: 20 })
        .window(inner, { allowedLatenessMs })
        .aggregate({ total: sum('value') })
        .window(outer)
        .aggregate({ all: collect('total', { maxItems: 20 }) })
        .to(lake()).topology,
  ),
  fc
    .record({ ttlMs: fc.option(small, { nil: undefined }), everyMs: fc.integer({ min: 3, max: 12 }), disorder })
    .map(({ ttlMs, everyMs, disorder: most }) => beating(ttlMs, everyMs, most, 3)),
);

const happenings: fc.Arbitrary<Happening[]> = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          key: fc.constantFrom('a', 'b', 'c'),
          timeMs: fc.integer({ min: -20, max: 150 }),
          value: fc.nat({ max: 99 }),
          afterMs: fc.nat({ max: 30 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          watermarkMs: fc.option(fc.integer({ min: -20, max: 200 }), { nil: undefined }),
          afterMs: fc.nat({ max: 40 }),
        }),
      },
    ),
    { minLength: 1, maxLength: 20 },
  )
  .map((given) => {
    let nowMs = 0;
    return given.map((each, i): Happening => {
      nowMs += each.afterMs;
      return 'key' in each
        ? { record: { ...reading(i + 1, each.key, each.timeMs, each.value), arrivalTimeMs: nowMs } }
        : { tick: { watermarkMs: each.watermarkMs, processingTimeMs: nowMs } };
    });
  });

describe('a move of time that is committed in parts', () => {
  it('says and leaves what it does in one commit, for any pipeline, bounds and losses of memory (PL-12)', () => {
    let parts = 0;
    fc.assert(
      fc.property(
        topologies,
        happenings,
        fc.record({ rows: fc.integer({ min: 1, max: 6 }), timers: fc.integer({ min: 1, max: 6 }) }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
        (topology, given, bounds, restarts) => {
          const { commits: whole, ...expected } = outcomeOf(topology, given);
          const { commits, ...got } = outcomeOf(topology, given, bounds, restarts);
          parts += commits - whole;
          expect(got).toEqual(expected);
        },
      ),
      { numRuns: 700 },
    );
    expect(parts).toBeGreaterThan(500);
  }, 120_000);

  it.each([[UNBOUNDED], [{ rows: 1, timers: 1 }]])(
    'reports a result that fails at the end of its window once, whatever early trigger was due (bounds %j)',
    (bounds) => {
      const failing = source('failing', 0)
        .window(tumbling({ sizeMs: 10 }), {
          allowedLatenessMs: 50,
          trigger: { early: everyEventTime(12), late: everyEventTime(12) },
        })
        .aggregate({ total: sum('value') })
        .map(shown, { total: 'number' })
        .to(lake()).topology;
      const given: Happening[] = [
        { record: reading(1, 'a', 5, 5) },
        { tick: { watermarkMs: 13, processingTimeMs: 0 } },
      ];
      expect(outcomeOf(failing, given, bounds, [true]).deadLetters).toMatchObject([{ code: 'RESULT_FAILED' }]);
    },
  );

  it('has fired every timer when no move is pending: bounds never lose one', () => {
    const beats = beating(undefined, 10, 0, 7);
    const given: Happening[] = [{ record: reading(1, 'a', 0, 1) }, { record: reading(2, 'a', 100_000, 1) }];
    const { results, commits, pending } = outcomeOf(beats, given, { rows: 100_000, timers: 100 }, [true]);
    expect({ results: results.length, pending }).toEqual({
      results: outcomeOf(beats, given).results.length,
      pending: undefined,
    });
    expect(commits).toBeGreaterThan(50);
  });
});
