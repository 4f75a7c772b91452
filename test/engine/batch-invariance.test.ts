import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isKind } from '../../engine/errors.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { reading, record, topologyOf } from './support/readings.ts';
import { referenceOf, type Input, type Rules } from './support/reference.ts';
import type { PutFate } from './support/scripted-log-store.ts';
import { World, type Instance } from './support/world.ts';

/** Quarters: their sums are exact in any order, so the reference may add them naively. */
const quarters = fc.integer({ min: -4_000, max: 4_000 }).map((n) => n / 4 + 0);
const times = fc.oneof(fc.integer({ min: -30, max: 120 }), fc.constantFrom(-10, -1, 0, 9, 10, 11, 19, 20, 30));
const inputs: fc.Arbitrary<Input[]> = fc.array(
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record({
        kind: fc.constant('reading' as const),
        key: fc.constantFrom('a', 'b', 'ab', '😀'),
        timeMs: times,
        value: quarters,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('garbage' as const),
        body: fc.constantFrom(
          '',
          '{',
          '{"key":"a"}',
          '[[1]]',
          '{"key":"a","timeMs":1e400,"value":1}',
          '{"key":"b","timeMs":0,"value":1}',
        ),
      }),
    },
  ),
  { minLength: 1, maxLength: 40 },
);
const rules: fc.Arbitrary<Rules> = fc.record({
  sizeMs: fc.constantFrom(1, 7, 10),
  maxOutOfOrdernessMs: fc.constantFrom(0, 5, 20),
  allowedLatenessMs: fc.constantFrom(0, 5, 30),
});

/** How one batch goes: how many new records, how many old ones come again before them, and what else happens. */
interface Cut {
  readonly fresh: number;
  readonly repeated: number;
  readonly restarts: boolean;
  readonly fates: readonly PutFate[];
}

const cuts: fc.Arbitrary<Cut[]> = fc.array(
  fc.record({
    fresh: fc.nat({ max: 9 }),
    repeated: fc.nat({ max: 12 }),
    restarts: fc.boolean(),
    fates: fc.array(fc.constantFrom<PutFate>('ok', 'lost reply', 'lost request'), { maxLength: 6 }),
  }),
  { maxLength: 20 },
);

const sourceRecord = (input: Input, place: number): SourceRecord =>
  input.kind === 'reading' ? reading(place + 1, input.key, input.timeMs, input.value) : record(place + 1, input.body);

/** Lambda's part: the same batch until it succeeds. */
async function untilDone(instance: Instance, records: readonly SourceRecord[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await instance.process(...records);
      return;
    } catch (error) {
      if (!isKind(error, 'unavailable') || attempt === 20) throw error;
    }
  }
}

async function run(list: readonly Input[], settings: Rules, batches: readonly Cut[]) {
  const world = new World({ topology: topologyOf(settings), slots: 4 });
  const records = list.map(sourceRecord);
  let instance = world.instance();
  let done = 0;
  for (const { fresh, repeated, restarts, fates } of [
    ...batches,
    { fresh: records.length, repeated: 0, restarts: false, fates: [] },
  ]) {
    if (restarts) instance = world.instance();
    world.logs.script = [...fates];
    const batch = records.slice(Math.max(done - repeated, 0), done + fresh);
    done = Math.min(done + fresh, records.length);
    if (batch.length > 0) await untilDone(instance, batch);
  }
  const { counters, stateHash, watermarkMs, reached } = await world.head();
  return { text: world.sink.text, sink: world.sink, end: { counters, stateHash, watermarkMs, reached } };
}

describe('however records are cut into batches (PL-12)', () => {
  it('one batch, one batch per record, and any batches with repeats, restarts and lost replies give the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, rules, cuts, async (list, settings, batches) => {
        const whole = await run(list, settings, []);
        const single = await run(
          list,
          settings,
          list.map(() => ({ fresh: 1, repeated: 0, restarts: false, fates: [] })),
        );
        const any = await run(list, settings, batches);
        expect(single.text).toBe(whole.text);
        expect(any.text).toBe(whole.text);
        expect(single.end).toEqual(whole.end);
        expect(any.end).toEqual(whole.end);
      }),
      { numRuns: 200 },
    );
  });

  it('results, late records and dead letters are those of a naive program over the whole list', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, rules, cuts, async (list, settings, batches) => {
        const { sink, end } = await run(list, settings, batches);
        const expected = referenceOf(list, settings);
        const places = (rows: ReadonlyArray<{ offset: bigint }>) => rows.map(({ offset }) => Number(offset) - 1);
        expect(sink.results).toEqual(expected.results);
        expect(places(sink.lateRecords)).toEqual(expected.late);
        expect(places(sink.deadLetters)).toEqual(expected.dead);
        const counted = list.length - expected.late.length - expected.dead.length;
        expect(end.counters).toEqual({
          recordsIn: list.length,
          counted,
          late: expected.late.length,
          deadLetters: expected.dead.length,
          results: expected.results.length,
          lossesAccepted: 0,
        });
      }),
      { numRuns: 300 },
    );
  });
});
