import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  approxDistinct,
  collect,
  count,
  countIf,
  custom,
  first,
  histogram,
  last,
  max,
  maxBy,
  mean,
  min,
  quantile,
  sum,
  sumExact,
  topN,
  variance,
} from '../../engine/index.ts';
import { ANYTHING, topologyOf, type Reading } from '../engine/support/readings.ts';
import { aggregateOf, sealed } from '../support/aggregate.ts';
import { eventRecord, HostileStream, reading, type Put } from './support.ts';

/** Every kind of aggregate over fields that a schema which lets everything through promises. */
const EVERYTHING = {
  n: count(),
  some: countIf((value: Reading) => value.value > 0, 'positive'),
  total: sum('value'),
  exact: sumExact('value'),
  least: min('value'),
  most: max('value'),
  average: mean('value'),
  spread: variance('value', { of: 'population' }),
  median: quantile('value', 0.5),
  bars: histogram('value', { bounds: [0, 10] }),
  different: approxDistinct('value'),
  earliest: first('value'),
  latest: last(['value', 'timeMs']),
  best: maxBy('timeMs', { by: 'value' }),
  top: topN('value', { n: 3, by: 'value' }),
  all: collect('value', { maxItems: 3 }),
  mine: custom('mine', ({ value }: Reading) => value, {
    init: () => 0,
    add: (a, b) => a + b,
    merge: (a, b) => a + b,
    result: (n) => n,
  }),
};

const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(2 ** 53 + 2, 1e308, -0, 5e-324));
const nasty = fc.oneof(
  { weight: 3, arbitrary: number },
  { weight: 2, arbitrary: fc.jsonValue() },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', '\ud800', '\u0000', 'x'.repeat(5_000), null, true, []),
  },
);
const mostly = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd });
const partitionKey = fc.constantFrom('a', 'b', 'constructor');
const json: fc.Arbitrary<Put> = partitionKey.chain((key) => {
  const fields = {
    key: mostly(fc.constant(key), nasty),
    timeMs: mostly(fc.integer({ min: 0, max: 1_500 }), nasty),
    value: mostly(number, nasty),
  };
  return mostly(fc.record(fields), fc.record(fields, { requiredKeys: [] })).map((value) => ({
    partitionKey: key,
    data: JSON.stringify(value),
  }));
});
const damagedJson: fc.Arbitrary<Put> = fc
  .tuple(json, fc.nat(), fc.uint8Array({ maxLength: 3 }))
  .map(([{ partitionKey: key, data }, at, bytes]) => {
    const whole = Buffer.from(data);
    return {
      partitionKey: key,
      data: Buffer.concat([whole.subarray(0, at % (whole.length + 1)), bytes, whole.subarray(at % (whole.length + 1))]),
    };
  });
const plain = fc.oneof(
  { weight: 5, arbitrary: json },
  { weight: 1, arbitrary: damagedJson },
  { weight: 1, arbitrary: fc.record({ partitionKey, data: fc.uint8Array() }) },
);
const packed: fc.Arbitrary<Put> = fc.record({ partitionKey, data: fc.array(plain, { maxLength: 5 }).map(aggregateOf) });
const damagedPacked: fc.Arbitrary<Put> = fc.record({
  partitionKey,
  data: fc.uint8Array({ maxLength: 40 }).map(sealed),
});
const anything = fc.oneof(
  { weight: 6, arbitrary: plain },
  { weight: 2, arbitrary: packed },
  { weight: 1, arbitrary: damagedPacked },
);

/** The text of a result, an outbox or a dead letter is the same for the same records, however they were cut. */
const textOf = ({ world }: HostileStream): string => world.sink.text;

describe('whatever is put', () => {
  it('stops no shard, is counted, late or dead, leaves a log that a stranger can rebuild, and does not care for batches (R-46)', async () => {
    const topology = topologyOf({
      schema: ANYTHING,
      sizeMs: 100,
      maxOutOfOrdernessMs: 50,
      allowedLatenessMs: 100,
      aggregates: EVERYTHING,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 12 }), async (puts) => {
        const records = [...puts, reading('a', 1_000, 5), reading('a', 2_000, 6)].map((put, i) =>
          eventRecord(i + 1, put),
        );
        const [together, apart] = [new HostileStream(topology), new HostileStream(topology)];
        await together.invoke(...records);
        for (const record of records) await apart.invoke(record);
        expect(textOf(apart)).toBe(textOf(together));
        expect(apart.totals).toEqual(together.totals);
        expect(await apart.rebuiltHash()).toBe(await together.rebuiltHash());
        const { in: recordsIn, counted, late, dead } = together.totals;
        expect(recordsIn).toBe(counted + late + dead);
        expect(
          together.world.sink.deadLetters.every(
            ({ reason }) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(reason) && reason.length <= 500,
          ),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
