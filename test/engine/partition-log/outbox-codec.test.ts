import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EMPTY_OUTBOX, type Outbox } from '../../../engine/outputs.ts';
import { decodeOutbox, encodeOutbox } from '../../../engine/partition-log/outbox-codec.ts';
import { sampleDeadLetter, sampleLate, sampleRow } from '../../support/samples.ts';

const bytes = (data: Uint8Array): Uint8Array => new Uint8Array(data);
const offsets = fc.bigInt({ min: 0n, max: 2n ** 190n });
const texts = fc.string({ unit: 'binary', maxLength: 20 });
const times = fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 });
const data = fc.uint8Array({ maxLength: 200 });
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

const headers = fc.array(
  fc.oneof(
    fc.record({ name: texts, text: texts }, { noNullPrototype: true }),
    fc.record({ name: texts, base64: fc.base64String() }, { noNullPrototype: true }),
  ),
  { maxLength: 3 },
);

const outboxes: fc.Arbitrary<Outbox> = fc
  .uniqueArray(
    texts.filter((name) => name !== '__proto__'),
    { minLength: 1, maxLength: 3 },
  )
  .chain((names) =>
    fc.record(
      {
        sideOutputs: fc.array(
          fc.record(
            {
              output: texts,
              key: texts,
              eventTimeMs: times,
              sequence: fc.nat(),
              value: fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value))),
            },
            { noNullPrototype: true },
          ),
          { maxLength: 3 },
        ),
        results: fc.array(
          fc
            .record(
              {
                key: texts,
                windowStartMs: times,
                windowEndMs: times,
                revision: fc.nat(),
                sequence: fc.nat(),
                retracted: fc.constant(true as const),
                values: fc.record(Object.fromEntries(names.map((name) => [name, numbers])), { noNullPrototype: true }),
              },
              { noNullPrototype: true, requiredKeys: ['key', 'windowStartMs', 'windowEndMs', 'revision', 'values'] },
            )
            .map((row) => (row.retracted === true && row.revision % 2 === 0 ? { ...row, values: {} } : row)),
          { maxLength: 5 },
        ),
        lateRecords: fc.array(
          fc.record(
            {
              offset: offsets,
              subSequence: fc.nat(),
              key: texts,
              eventTimeMs: times,
              arrivalTimeMs: times,
              watermarkMs: times,
              headers,
              data,
            },
            {
              noNullPrototype: true,
              requiredKeys: ['offset', 'subSequence', 'key', 'eventTimeMs', 'arrivalTimeMs', 'watermarkMs', 'data'],
            },
          ),
          { maxLength: 3 },
        ),
        deadLetters: fc.array(
          fc.record(
            {
              offset: offsets,
              subSequence: fc.nat(),
              partitionKey: texts,
              arrivalTimeMs: times,
              code: texts,
              reason: texts,
              headers,
              data,
            },
            {
              noNullPrototype: true,
              requiredKeys: ['offset', 'subSequence', 'partitionKey', 'arrivalTimeMs', 'code', 'reason', 'data'],
            },
          ),
          { maxLength: 3 },
        ),
      },
      { noNullPrototype: true },
    ),
  );

describe('an outbox', () => {
  it('comes back as it was, offsets beyond 2^53 and original bytes included', () => {
    fc.assert(
      fc.property(outboxes, (outbox) => {
        expect(decodeOutbox(encodeOutbox(outbox))).toEqual(outbox);
      }),
    );
  });

  it('may be empty', () => {
    expect(decodeOutbox(encodeOutbox(EMPTY_OUTBOX))).toEqual(EMPTY_OUTBOX);
  });

  it('keeps the order of results, late records and dead letters', () => {
    const outbox: Outbox = {
      sideOutputs: [],
      results: [sampleRow('b', 10, 1), sampleRow('a', 0, 2), sampleRow('a', 10, 1)],
      lateRecords: [
        sampleLate(9n, { data: bytes(Uint8Array.of(0, 255)) }),
        sampleLate(8n, { data: bytes(new Uint8Array()) }),
      ],
      deadLetters: [sampleDeadLetter(2n ** 180n + 1n, { data: bytes(Uint8Array.of(1)) })],
    };
    expect(decodeOutbox(encodeOutbox(outbox))).toEqual(outbox);
  });

  it('is refused when it was cut off', () => {
    const whole = encodeOutbox({ ...EMPTY_OUTBOX, deadLetters: [sampleDeadLetter(1n)] });
    expect(() => decodeOutbox(whole.subarray(0, -1))).toThrow(expect.objectContaining({ code: 'CORRUPT_BYTES' }));
  });
});
