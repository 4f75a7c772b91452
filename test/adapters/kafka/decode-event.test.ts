import { describe, expect, it } from '@jest/globals';
import {
  decodeKafkaEvent,
  oldestArrivalMs,
  type KafkaEvent,
  type KafkaEventRecord,
  type TopicFacts,
} from '../../../adapters/kafka/decode-event.ts';
import { checkedPartitioner, partitionOf } from '../../../adapters/kafka/partitioner.ts';
import type { Pipeline } from '../../../engine/index.ts';
import { keyedAnew, twoLevels } from '../../engine/exchange/exchange-world.ts';

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const PARTITIONS = 4;
const NOW_MS = 1_000;
const FACTS = { topic: 'departures', partitions: PARTITIONS, partitioner: 'murmur2', nowMs: NOW_MS } as const;
const home = (key: string): number => partitionOf(Buffer.from(key), PARTITIONS);

function recordOf(offset: number, changes: Partial<KafkaEventRecord> = {}): KafkaEventRecord {
  return {
    topic: 'departures',
    partition: home('ATL'),
    offset,
    timestamp: 20,
    timestampType: 'CREATE_TIME',
    key: base64('ATL'),
    value: base64('{}'),
    headers: [],
    ...changes,
  };
}

const decode = (...records: KafkaEventRecord[]) =>
  decodeKafkaEvent({ eventSource: 'aws:kafka', records: { 'departures-0': records } }, FACTS)[0]?.records ?? [];
const refusal = (changes: Partial<KafkaEventRecord>, facts: TopicFacts = FACTS) =>
  decodeKafkaEvent({ eventSource: 'aws:kafka', records: { 'departures-0': [recordOf(0, changes)] } }, facts)[0]
    ?.records[0]?.refusal;

describe('decodeKafkaEvent', () => {
  it('gives each partition its records, whatever cluster they are of', () => {
    const [a, b] = ['ATL', 'BOS'].map((key) => ({ ...recordOf(7, { key: base64(key) }), partition: home(key) }));
    for (const eventSource of ['aws:kafka', 'SelfManagedKafka'] as const) {
      const parts = decodeKafkaEvent(
        { eventSource, records: { 'departures-1': [a as KafkaEventRecord], 'departures-2': [b as KafkaEventRecord] } },
        FACTS,
      );
      expect(parts.map(({ partition }) => partition)).toEqual([home('ATL'), home('BOS')]);
    }
  });

  it('keeps offset, key, bytes and timestamp', () => {
    expect(decode(recordOf(5, { value: base64(new Uint8Array([0, 255])) }))).toEqual([
      {
        offset: 5n,
        subSequence: 0,
        partitionKey: 'ATL',
        arrivalTimeMs: 20,
        receivedTimeMs: NOW_MS,
        data: Buffer.from([0, 255]),
      },
    ]);
  });

  it('takes gaps in offsets, as compaction and transactions leave them, and the first offset of all', () => {
    expect(decode(recordOf(0), recordOf(1), recordOf(40)).map(({ offset }) => offset)).toEqual([0n, 1n, 40n]);
  });

  it('is not disturbed by headers of any form', () => {
    const headers = [{ a: [1, 2] }, { a: [] }, { 'schrä\u0000g': [255] }];
    expect(decode(recordOf(1, { headers }))[0]?.refusal).toBeUndefined();
    expect(decode(recordOf(1, { headers: { a: 1 } as never }))[0]).not.toHaveProperty('headers');
  });

  it.each(['CREATE_TIME', 'LOG_APPEND_TIME'])(
    'takes a timestamp as the arrival up to the clock of the function, and no further: %s',
    (timestampType) => {
      const arrivals = [0, 99, NOW_MS, NOW_MS + 1, 3_313_440_000_000, Number.MAX_SAFE_INTEGER].map(
        (timestamp) => decode(recordOf(1, { timestampType, timestamp }))[0]?.arrivalTimeMs,
      );
      expect(arrivals).toEqual([0, 99, NOW_MS, NOW_MS, NOW_MS, NOW_MS]);
    },
  );

  it('holds the event time against its own clock where the producer wrote the timestamp, else against that of the broker', () => {
    expect(decode(recordOf(1, { timestampType: 'CREATE_TIME', timestamp: 99 }))[0]?.receivedTimeMs).toBe(NOW_MS);
    expect(decode(recordOf(1, { timestampType: 'a type of later brokers', timestamp: 99 }))[0]?.receivedTimeMs).toBe(
      NOW_MS,
    );
    expect(decode(recordOf(1, { timestampType: 'LOG_APPEND_TIME', timestamp: 99 }))[0]).not.toHaveProperty(
      'receivedTimeMs',
    );
  });

  it.each([-1, -8_640_000_000_000_001, 0.5, 1e300, Number.NaN, undefined, null, '99'])(
    'keeps a record with the timestamp %p as of now, for the dead letters',
    (timestamp) => {
      expect(decode(recordOf(1, { timestamp: timestamp as number }))[0]).toMatchObject({
        arrivalTimeMs: NOW_MS,
        refusal: { code: 'TIMESTAMP_MISSING' },
      });
    },
  );

  it('takes a key from any partition where an exchange places it, and only there', () => {
    const elsewhere = { partition: (home('ATL') + 1) % PARTITIONS };
    const facts = ({ topology }: Pipeline) => ({
      ...FACTS,
      partitioner: checkedPartitioner({ partitioner: 'murmur2' }, topology),
    });
    expect(refusal(elsewhere, facts(keyedAnew()))).toBeUndefined();
    const inPlaceFirst = twoLevels({ isInPlace: true });
    expect(inPlaceFirst.topology.sendsTo).toBeDefined();
    expect(refusal(elsewhere, facts(inPlaceFirst))).toMatchObject({ code: 'KEY_IN_OTHER_PARTITION' });
  });

  it.each<[string, Partial<KafkaEventRecord>, string]>([
    ['a null value', { value: null }, 'TOMBSTONE'],
    ['no value', { value: undefined as never }, 'TOMBSTONE'],
    ['a null key', { key: null }, 'KEY_MISSING'],
    ['a key that is no text', { key: base64(new Uint8Array([0xc0, 0x80])) }, 'KEY_NOT_TEXT'],
    ['no timestamp', { timestamp: -1 }, 'TIMESTAMP_MISSING'],
    [
      'a key in another partition than its own',
      { partition: (home('ATL') + 1) % PARTITIONS },
      'KEY_IN_OTHER_PARTITION',
    ],
  ])('marks %s for the dead letters', (_, changes, code) => {
    expect(refusal(changes)).toMatchObject({
      kind: 'data',
      code,
      message: expect.stringMatching(/ must .+, got .+; .+/),
    });
  });

  it.each<[string, Partial<KafkaEventRecord>, string]>([
    ['a null key', { key: null }, ''],
    ['no key', { key: undefined as never }, ''],
    ['a key that is no text', { key: base64(new Uint8Array([0xc0, 0x80])) }, ''],
    ['a key that says nothing', { key: base64(new TextEncoder().encode('x1')), partition: 0 }, 'x1'],
  ])('takes a record with %s where the source has no partition key', (_, changes, partitionKey) => {
    const facts = { ...FACTS, partitioner: 'any', hasKeys: false } as const;
    const event = { eventSource: 'aws:kafka', records: { departures: [recordOf(1, changes)] } } as const;
    const taken = decodeKafkaEvent(event, facts)[0]?.records[0];
    expect([taken?.refusal, taken?.partitionKey]).toEqual([undefined, partitionKey]);
    expect(refusal({ ...changes, value: null }, facts)).toMatchObject({ code: 'TOMBSTONE' });
    expect(refusal({ ...changes, timestamp: -1 }, facts)).toMatchObject({ code: 'TIMESTAMP_MISSING' });
  });

  it('keeps an empty value and an empty key apart from null', () => {
    expect(refusal({ value: '' })).toBeUndefined();
    expect(refusal({ key: '', partition: home('') })).toBeUndefined();
  });

  it('does not look where a key lies when producers do otherwise', () => {
    expect(refusal({ partition: (home('ATL') + 1) % PARTITIONS }, { ...FACTS, partitioner: 'any' })).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['no event', undefined],
    ['an event without records', { records: {} }],
    ['a record of another topic', { records: { 'departures-0': [recordOf(1, { topic: 'arrivals' })] } }],
    [
      'two partitions under one name',
      { records: { 'departures-0': [recordOf(1), { ...recordOf(2), partition: (home('ATL') + 1) % PARTITIONS }] } },
    ],
    ['a partition that the topic does not have', { records: { 'departures-9': [{ ...recordOf(1), partition: 9 }] } }],
    ['an offset twice', { records: { 'departures-0': [recordOf(1), recordOf(1)] } }],
    ['an offset below 0', { records: { 'departures-0': [recordOf(-1)] } }],
    ['an offset above 2^53', { records: { 'departures-0': [recordOf(2 ** 53)] } }],
    ['no list of records', { records: { 'departures-0': {} } }],
  ])('refuses %s', (_, event) => {
    expect(() => decodeKafkaEvent(event as never, FACTS)).toThrow(
      expect.objectContaining({ kind: 'internal', code: 'EVENT_MALFORMED' }),
    );
  });
});

describe('oldestArrivalMs', () => {
  const arrivalOf = (...parts: KafkaEventRecord[][]) =>
    oldestArrivalMs({
      eventSource: 'aws:kafka',
      records: Object.fromEntries(parts.map((part, index) => [`departures-${index}`, part])),
    });

  it('is where the group stands: the first record of a partition, in the partition where it is oldest', () => {
    expect(
      arrivalOf([recordOf(0, { timestamp: 30 }), recordOf(1, { timestamp: 5 })], [recordOf(7, { timestamp: 20 })]),
    ).toBe(20);
  });

  it('does not go by a record without a timestamp', () => {
    expect(arrivalOf([recordOf(0, { timestamp: -1 })], [recordOf(7, { timestamp: 20 })])).toBe(20);
    expect(arrivalOf([recordOf(0, { timestamp: -1 })])).toBeUndefined();
  });

  it.each([
    undefined,
    {},
    { records: null },
    { records: { a: null } },
    { records: { a: [] } },
    { records: { a: [null] } },
  ])('says nothing of what is no event: %j', (event) => {
    expect(oldestArrivalMs(event as unknown as KafkaEvent)).toBeUndefined();
  });
});
