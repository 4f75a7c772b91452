import { describe, expect, it } from '@jest/globals';
import { hashOfKey, MAX_HASH } from '../../engine/codec/key-hash.ts';
import { aggregateOf } from '../support/aggregate.ts';
import { SHARD } from '../support/samples.ts';
import { eventRecord, HostileStream, reading, type Put } from './support.ts';

const LEFT = 'shardId-000000000001';
const RIGHT = 'shardId-000000000002';
const packed = (...puts: Put[]): Put => ({ partitionKey: 'outer', data: aggregateOf(puts) });
/** `a` hashes below, `b` above. */
const MIDDLE = hashOfKey('b');

function split(stream: HostileStream): void {
  stream.shards.known.set(LEFT, { fromHash: 0n, toHash: MIDDLE - 1n, parents: [SHARD.partition] });
  stream.shards.known.set(RIGHT, { fromHash: MIDDLE, toHash: MAX_HASH, parents: [SHARD.partition] });
}

/** Per key what its windows counted. */
function countedOf({ world }: HostileStream): Record<string, number> {
  const newest = new Map(
    world.sink.results.map(({ key, windowStartMs, values }) => [
      `${key}/${windowStartMs}`,
      { key, n: values['n'] as number },
    ]),
  );
  const counted: Record<string, number> = {};
  for (const { key, n } of newest.values()) counted[key] = (counted[key] ?? 0) + n;
  return counted;
}

describe('aggregated records', () => {
  it('count each of their records, as if each had been put alone', async () => {
    const one = new HostileStream();
    const two = new HostileStream();
    const puts = [reading('a', 0), reading('b', 5), reading('a', 7), reading('a', 400)];
    await one.invoke(eventRecord(1, packed(...puts)));
    await two.invoke(...puts.map((put, i) => eventRecord(i + 1, put)));
    expect(one.totals).toEqual({ in: 4, counted: 4, late: 0, dead: 0 });
    expect(one.world.sink.results).toEqual(two.world.sink.results);
    expect(await one.rebuiltHash()).toBe(await two.rebuiltHash());
  });

  it('are counted once when Lambda sends them again, in another cut, after others', async () => {
    const stream = new HostileStream();
    const first = eventRecord(1, packed(reading('a', 0), reading('a', 1)));
    const second = eventRecord(2, packed(reading('a', 2), reading('a', 3)));
    await stream.invoke(first);
    await stream.invoke(first, second);
    await stream.invoke(second);
    await stream.invoke(eventRecord(3, reading('a', 400)));
    expect(stream.totals).toEqual({ in: 5, counted: 5, late: 0, dead: 0 });
    expect(countedOf(stream)).toEqual({ a: 4 });
  });

  it('may hold a record whose grouping key is not its own partition key: that one is a dead letter (PL-26)', async () => {
    const stream = new HostileStream();
    await stream.invoke(
      eventRecord(1, packed(reading('a', 0), { ...reading('a', 1), partitionKey: 'b' }, reading('outer', 2))),
    );
    expect(stream.totals).toEqual({ in: 3, counted: 2, late: 0, dead: 1 });
    expect(stream.world.sink.deadLetters).toMatchObject([
      { offset: 1n, subSequence: 1, partitionKey: 'b', code: 'KEY_MISMATCH', data: Buffer.from(reading('a', 1).data) },
    ]);
  });

  it('that are damaged are kept whole, and the shard goes on (R-49)', async () => {
    const stream = new HostileStream();
    const broken = Buffer.from(aggregateOf([reading('a', 0), reading('b', 1)])).fill(0, 20, 21);
    await stream.invoke(eventRecord(1, { partitionKey: 'outer', data: broken }), eventRecord(2, reading('a', 0)));
    expect(stream.totals).toEqual({ in: 2, counted: 1, late: 0, dead: 1 });
    expect(stream.world.sink.deadLetters).toMatchObject([
      { offset: 1n, subSequence: 0, partitionKey: 'outer', code: 'AGGREGATE_DAMAGED', data: broken },
    ]);
  });

  it('packed for a shard that was split since count each record once: here, or where the producer sends it again (R-16)', async () => {
    const stream = new HostileStream();
    await stream.invoke(eventRecord(1, packed(reading('a', 0), reading('b', 0))));
    split(stream);
    // The stale shard map led to the left child, as the hash of the first record does; the producer sends b again.
    await stream.invoke(eventRecord(10, packed(reading('a', 1), reading('b', 1)), LEFT));
    await stream.invoke(eventRecord(11, packed(reading('b', 1)), RIGHT));
    await stream.invoke(eventRecord(12, reading('a', 400), LEFT), eventRecord(13, reading('b', 400), RIGHT));
    expect(countedOf(stream)).toEqual({ a: 2, b: 2 });
    expect(stream.totals).toEqual({ in: 7, counted: 6, late: 0, dead: 1 });
    expect(stream.world.sink.deadLetters).toMatchObject([
      { offset: 10n, subSequence: 1, partitionKey: 'b', code: 'KEY_OUTSIDE_SHARD' },
    ]);
  });

  it('with keys of other shards, from producers that send nothing again, lose none of them: they are dead letters (R-16)', async () => {
    const stream = new HostileStream();
    split(stream);
    stream.shards.known.set(LEFT, { fromHash: 0n, toHash: MIDDLE - 1n, parents: [] });
    const foreign = packed(reading('b', 0), reading('a', 0), { ...reading('a', 1) });
    await stream.invoke(eventRecord(1, foreign, LEFT));
    expect(stream.totals).toEqual({ in: 3, counted: 2, late: 0, dead: 1 });
    expect(stream.world.sink.deadLetters).toMatchObject([{ subSequence: 0, data: Buffer.from(reading('b', 0).data) }]);
  });
});

describe('an explicit hash key', () => {
  it('makes no second state of a key: its records are dead letters wherever the key does not live (PL-24)', async () => {
    const stream = new HostileStream();
    split(stream);
    stream.shards.known.delete(SHARD.partition);
    // Put with hash key 0, which Lambda does not show: the key hashes to the right, the record is on the left.
    await stream.invoke(eventRecord(1, reading('b', 0), LEFT), eventRecord(2, reading('a', 0), LEFT));
    await stream.invoke(
      eventRecord(3, reading('b', 1), RIGHT),
      eventRecord(4, reading('b', 400), RIGHT),
      eventRecord(5, reading('a', 400), LEFT),
    );
    expect(countedOf(stream)).toEqual({ a: 1, b: 1 });
    expect(stream.world.sink.deadLetters).toMatchObject([{ offset: 1n, code: 'KEY_OUTSIDE_SHARD', partitionKey: 'b' }]);
  });
});
