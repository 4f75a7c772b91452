import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeKafkaEvent } from '../../../adapters/kafka/decode-event.ts';
import { identityOf } from '../../../adapters/kafka/identity.ts';
import { digestOf, type RecordIdentity } from '../../../engine/record-digest.ts';

const bytes = fc.option(
  fc.oneof(
    fc.uint8Array(),
    fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
  ),
);

/** The record as Lambda's event brings it. */
function delivered(key: Uint8Array | null, value: Uint8Array | null, timestamp = 5): RecordIdentity {
  const base64 = (part: Uint8Array | null) => (part === null ? null : Buffer.from(part).toString('base64'));
  const record = {
    topic: 't',
    partition: 0,
    offset: 7,
    timestamp,
    timestampType: 'CREATE_TIME',
    key: base64(key),
    value: base64(value),
    headers: [],
  };
  const facts = { topic: 't', partitions: 1, partitioner: 'any', nowMs: 10 } as const;
  const [part] = decodeKafkaEvent({ eventSource: 'aws:kafka', records: { 't-0': [record] } }, facts);
  return part?.records[0] as RecordIdentity;
}

describe('a record of a topic', () => {
  it('has the same digest in the event of the function and as the broker has it, whatever its key and value are', () => {
    fc.assert(
      fc.property(bytes, bytes, (key, value) => {
        const read = { offset: 7n, key: key && Buffer.from(key), value: value && Buffer.from(value) };
        expect(digestOf(identityOf(read))).toBe(digestOf(delivered(key, value)));
      }),
    );
  });

  it('has the same digest in a delivery that says null and in one that says nothing, or has another timestamp', () => {
    const digests = [
      delivered(null, null),
      delivered(new Uint8Array(), new Uint8Array()),
      delivered(null, null, -1),
    ].map(digestOf);
    expect(new Set(digests).size).toBe(1);
  });
});
