import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { itemBytes } from '../../../adapters/dynamodb/item-size.ts';
import { fromAttributeValue, toAttributeValue } from '../../../adapters/dynamodb/attribute-value.ts';
import type { Aggregate, ResultType } from '../../../engine/aggregate/aggregate.ts';
import { ByteReader, ByteWriter } from '../../../engine/codec/bytes.ts';
import { RowCheck } from '../../../engine/value/emitted.ts';
import type { JsonValue } from '../../../engine/value/plain-value.ts';
import { sampleRow } from '../../support/samples.ts';

/** A record as the window code hands it to an aggregate. */
export interface Timed<V> {
  readonly value: V;
  readonly eventTimeMs: number;
}

export const at = <V>(eventTimeMs: number, value: V): Timed<V> => ({ value, eventTimeMs });

export function fold<V>(
  { aggregator, extract }: Aggregate<V>,
  records: ReadonlyArray<Timed<V>>,
  from: unknown = aggregator.init(),
): unknown {
  return records.reduce<unknown>(
    (accumulator, record) => frozen(aggregator.add(accumulator, extract(record.value, record))),
    from,
  );
}

export function resultOf<V, Out>(aggregate: Aggregate<V, Out>, records: ReadonlyArray<Timed<V>>): Out {
  return aggregate.aggregator.result(fold(aggregate, records));
}

/** The same for many records: nothing is frozen on the way. */
export function unwatched<V, Out>({ aggregator, extract }: Aggregate<V, Out>, records: ReadonlyArray<Timed<V>>): Out {
  return aggregator.result(
    records.reduce<unknown>(
      (accumulator, record) => aggregator.add(accumulator, extract(record.value, record)),
      aggregator.init(),
    ),
  );
}

export function bytesOf<V>({ aggregator }: Aggregate<V>, accumulator: unknown): Uint8Array {
  const writer = new ByteWriter();
  aggregator.write(writer, accumulator);
  return writer.finish();
}

/** There and back through the bytes of a delta, all of which are read. */
export function stored<V>(aggregate: Aggregate<V>, accumulator: unknown): unknown {
  const reader = new ByteReader(bytesOf(aggregate, accumulator));
  const back = aggregate.aggregator.read(reader);
  expect(reader.atEnd).toBe(true);
  return frozen(back);
}

const IS_OF_TYPE: Readonly<Record<ResultType, (value: unknown) => boolean>> = {
  integer: Number.isSafeInteger,
  number: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  json: () => true,
};

/** Numbers that DynamoDB cannot hold become text there. */
function asInTable(value: unknown): unknown {
  if (typeof value === 'number')
    return value === 0 || (Math.abs(value) >= 1e-130 && Math.abs(value) < 1e126) ? value : String(value);
  if (Array.isArray(value)) return value.map(asInTable);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, asInTable(field)]));
  return value;
}

/** What every aggregate promises to windows, log and sinks. */
export function keepsTheContract<V>(name: string, aggregate: Aggregate<V>, values: fc.Arbitrary<V>): void {
  const { aggregator } = aggregate;
  // Each time once: which of two records of one time came first is the one thing that order may decide.
  const records = fc.uniqueArray(
    fc.record({ value: values, eventTimeMs: fc.integer({ min: -1_000_000, max: 1_000_000 }) }),
    { maxLength: 30, selector: ({ eventTimeMs }) => eventTimeMs },
  );
  const bytes = (accumulator: unknown): string => Buffer.from(bytesOf(aggregate, accumulator)).toString('hex');

  describe(name, () => {
    it('gives the same state, byte for byte, in any order', () => {
      fc.assert(
        fc.property(
          records.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
          ([list, shuffled]) => {
            expect(bytes(fold(aggregate, shuffled))).toBe(bytes(fold(aggregate, list)));
          },
        ),
      );
    });

    it('gives the same state for a whole and for its parts, whichever way they are merged', () => {
      fc.assert(
        fc.property(records, fc.nat(), fc.nat(), (list, cut1, cut2) => {
          const [from, to] = [cut1 % (list.length + 1), cut2 % (list.length + 1)].sort((a, b) => a - b) as [
            number,
            number,
          ];
          const [a, b, c] = [list.slice(0, from), list.slice(from, to), list.slice(to)].map((part) =>
            fold(aggregate, part),
          );
          const whole = bytes(fold(aggregate, list));
          expect(bytes(aggregator.merge(aggregator.merge(a, b), c))).toBe(whole);
          expect(bytes(aggregator.merge(a, aggregator.merge(b, c)))).toBe(whole);
          expect(bytes(aggregator.merge(c, aggregator.merge(b, a)))).toBe(whole);
        }),
      );
    });

    it('goes on after a delta or snapshot as if nothing had happened', () => {
      fc.assert(
        fc.property(records, records, (first, second) => {
          const here = fold(aggregate, second, fold(aggregate, first));
          const there = fold(aggregate, second, stored(aggregate, fold(aggregate, first)));
          expect(there).toEqual(here);
          expect(bytes(there)).toBe(bytes(here));
          expect(aggregator.result(stored(aggregate, here))).toEqual(aggregator.result(here));
        }),
      );
    });

    it('is not changed by an empty part', () => {
      fc.assert(
        fc.property(records, (list) => {
          const whole = fold(aggregate, list);
          expect(aggregator.merge(whole, aggregator.init())).toEqual(whole);
          expect(aggregator.merge(aggregator.init(), whole)).toEqual(whole);
        }),
      );
    });

    it('gives results of the type and size that it names, the same again out of the log and the table', () => {
      const check = new RowCheck([
        { name: 'v', type: aggregator.resultType ?? 'json', descriptor: aggregate.descriptor },
      ]);
      fc.assert(
        fc.property(records, (list) => {
          const result = check.checked(sampleRow('a', 0, 1, { v: resultOf(aggregate, list) })).values['v'] as JsonValue;
          expect(JSON.stringify(JSON.parse(JSON.stringify(result)))).toBe(JSON.stringify(result));
          const attribute = toAttributeValue(result);
          expect(fromAttributeValue(attribute)).toEqual(asInTable(result));
          expect(itemBytes({ a: attribute }) - 1).toBeLessThanOrEqual(aggregator.maxResultBytes ?? 25);
          if (result !== null) expect(IS_OF_TYPE[aggregator.resultType ?? 'json'](result)).toBe(true);
        }),
      );
    });
  });
}

/** So that a change in place throws. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
