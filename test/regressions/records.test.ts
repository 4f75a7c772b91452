import { describe, expect, it } from '@jest/globals';
import { DEFAULT_BACK_OFF } from '../../adapters/shared/back-off.ts';
import { putEntries, type Refusal } from '../../adapters/shared/put-entries.ts';
import { hashOfKey, MAX_HASH } from '../../engine/codec/key-hash.ts';
import { record, reading } from '../engine/support/readings.ts';
import { World } from '../engine/support/world.ts';
import { eventRecord, HostileStream, reading as put } from '../hostile/support.ts';
import { aggregateOf } from '../support/aggregate.ts';
import { RecordingClock } from '../support/recording-clock.ts';

/** A service that answers each call as the script says, and keeps what it took. */
function service(...answers: ReadonlyArray<(entries: readonly string[]) => readonly { readonly refusal: Refusal }[]>) {
  const calls: string[][] = [];
  const taken: string[] = [];
  const send = async (entries: readonly string[]) => {
    const answer = answers[calls.length]?.(entries) ?? entries.map(() => ({ refusal: undefined }));
    calls.push([...entries]);
    entries.forEach((entry, i) => answer[i] !== undefined && answer[i].refusal === undefined && taken.push(entry));
    return answer;
  };
  return { calls, taken, props: { send, clock: new RecordingClock(), backOff: DEFAULT_BACK_OFF, sink: 'lake' } };
}

describe('others have failed at single records', () => {
  it('R-16 records of an aggregate that belong to another shard: each counts once, where it lives', async () => {
    const stream = new HostileStream();
    const middle = hashOfKey('b');
    stream.shards.known.set('low', { fromHash: 0n, toHash: middle - 1n, parents: [] });
    stream.shards.known.set('high', { fromHash: middle, toHash: MAX_HASH, parents: [] });
    const packed = { partitionKey: 'outer', data: aggregateOf([put('a', 0), put('b', 0)]) };
    await stream.invoke(eventRecord(1, packed, 'low'));
    await stream.invoke(eventRecord(2, put('b', 0), 'high'));
    expect(stream.totals).toEqual({ in: 3, counted: 2, late: 0, dead: 1 });
    expect(stream.world.sink.deadLetters).toMatchObject([{ partitionKey: 'b', code: 'KEY_OUTSIDE_SHARD' }]);
  });

  it('R-39 a call is taken in part: the refused entries only are sent again, and none is lost', async () => {
    const { calls, taken, props } = service((entries) =>
      entries.map((_, i) => ({ refusal: i % 2 === 0 ? undefined : 'throttled' })),
    );
    await putEntries(['a', 'b', 'c', 'd'], props);
    expect(calls).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'd'],
    ]);
    expect(taken.sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('R-40 an answer is missing: what it should have been about is sent again', async () => {
    const { calls, taken, props } = service(
      () => [{ refusal: undefined }],
      () => [],
    );
    await putEntries(['a', 'b'], props);
    expect(calls).toEqual([['a', 'b'], ['b'], ['b']]);
    expect(taken).toEqual(['a', 'b']);
  });

  it('R-46 one poison record: it is a dead letter, and the shard goes on', async () => {
    const world = new World();
    expect(await world.instance().process(reading(1, 'a', 0), record(2, 'poison'), reading(3, 'a', 10))).toMatchObject({
      recordsIn: 3,
      deadLetters: 1,
      commits: 1,
    });
    expect((await world.head()).reached).toBe(3n);
    expect(world.sink.deadLetters).toMatchObject([{ offset: 2n, code: 'NOT_JSON', data: Buffer.from('poison') }]);
  });

  it('R-49 aggregated records are unpacked, and damaged ones kept: none is lost or garbled', async () => {
    const stream = new HostileStream();
    const whole = aggregateOf([put('a', 0), put('a', 1)]);
    const damaged = Buffer.from(whole).fill(0, 20, 21);
    await stream.invoke(
      eventRecord(1, { partitionKey: 'x', data: whole }),
      eventRecord(2, { partitionKey: 'x', data: damaged }),
    );
    expect(stream.totals).toEqual({ in: 3, counted: 2, late: 0, dead: 1 });
    expect(stream.world.sink.deadLetters).toMatchObject([{ offset: 2n, code: 'AGGREGATE_DAMAGED', data: damaged }]);
  });
});
