import { describe, expect, it } from '@jest/globals';
import { hashOfKey, MAX_HASH } from '../../engine/codec/key-hash.ts';
import { TidemarkError } from '../../engine/errors.ts';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import { noChange } from '../../engine/state/state-change.ts';
import { partitionOf, StreamWorld } from './support/stream-world.ts';

/** Commits that all which is left of a forgotten shard is lost, as an operator's command does. */
async function acceptRest(stream: StreamWorld, shard: string): Promise<void> {
  await stream.instance().inner.processor.logs.useNewest(partitionOf(shard), async (log) => {
    log.begin(partitionOf(shard).incarnation, 0);
    await log.commit({ change: { ...noChange(log.state), resumeAt: 'end' }, outbox: EMPTY_OUTBOX });
  });
}

/** One record counted of each parent; `low` has reached 100, `high` 5. Then their child goes on, while no function runs. */
async function mergedOf(parents: readonly ('low' | 'high')[] = ['low', 'high']): Promise<StreamWorld> {
  const stream = new StreamWorld();
  stream.open('root');
  stream.split('root', 'low', 'high');
  for (const parent of parents) {
    await stream.instance().take(parent, stream.put(parent, parent === 'low' ? ['a', 100] : ['b', 5]));
  }
  stream.merge('low', 'high', 'child');
  return stream;
}

async function splitUnread(): Promise<StreamWorld> {
  const stream = new StreamWorld();
  stream.open('parent');
  await stream.instance().take('parent', stream.put('parent', ['a', 0], ['b', 0]));
  stream.put('parent', ['a', 1]);
  stream.split('parent', 'low', 'high');
  stream.expire('parent');
  return stream;
}

const FORGOTTEN = { kind: 'internal', code: 'PARENT_FORGOTTEN' };

describe('a parent that the stream has forgotten before it was sealed', () => {
  it('halts its children, says what to run, and asks the stream nothing of it', async () => {
    const stream = await splitUnread();
    stream.catalog.remains = () => {
      throw new TidemarkError('unavailable', 'STREAM_UNAVAILABLE', 'no such shard');
    };
    const halted = stream.instance().take('low', stream.put('low', ['a', 2]));
    await expect(halted).rejects.toMatchObject({
      ...FORGOTTEN,
      context: { partition: 'parent', reached: '2', from: '3', to: 'end' },
    });
    await expect(halted).rejects.toThrow(
      'parent parent of departures must be read to its end before the stream forgets it, got a log that has reached 2; records behind that have expired, if there were any: go on without them with npx tidemark accept-loss flights --partition parent --from 3 --to end',
    );
    expect(await stream.head('low')).toBeUndefined();
  });

  it('fails the tick of its children, which is an alarm', async () => {
    const stream = await splitUnread();
    const { failures } = await stream.instance().report(1_000);
    expect(failures).toMatchObject([
      { partition: 'low', code: 'PARENT_FORGOTTEN' },
      { partition: 'high', code: 'PARENT_FORGOTTEN' },
    ]);
  });

  it('is sealed without a proof once its rest is accepted as lost, and its children go on from its state', async () => {
    const stream = await splitUnread();
    const [low, high] = [stream.put('low', ['a', 2], ['a', 10]), stream.put('high', ['b', 10])];
    const warm = stream.instance();
    await expect(warm.take('low', low)).rejects.toMatchObject(FORGOTTEN);
    await acceptRest(stream, 'parent');
    await warm.take('low', low);
    await warm.take('high', high);
    expect(await stream.head('parent')).toMatchObject({
      version: 3,
      reached: 2n,
      resumeAt: 'end',
      sealedFor: ['high', 'low'],
    });
    expect(stream.counts).toEqual({ 'a@0': 2, 'b@0': 1 });
  });

  it('leaves the loss in the counters of its children: its own log is shown no more', async () => {
    const stream = await splitUnread();
    await acceptRest(stream, 'parent');
    await stream.instance().take('low', stream.put('low', ['a', 2]));
    expect(await stream.head('low')).toMatchObject({
      resumeAt: undefined,
      counters: { recordsIn: 1, lossesAccepted: 1 },
    });
  });

  it('is proved drained all the same while the stream lists it', async () => {
    const stream = await mergedOf();
    stream.put('low', ['a', 101]);
    const waiting = stream.instance().take('child', stream.put('child', ['a', 102]));
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable', code: 'PARENT_NOT_DRAINED' });
  });
});

describe('a merged shard both of whose parents the stream has forgotten', () => {
  const expireAll = (stream: StreamWorld): void => ['root', 'low', 'high'].forEach((shard) => stream.expire(shard));

  it('goes on where both were proved drained and sealed: nothing of them is lost', async () => {
    const stream = await mergedOf();
    // Both are sealed, then the commit of the child gets no answer.
    stream.world.logs.script = ['ok', 'ok', ...Array.from({ length: 5 }, () => 'lost request' as const)];
    await stream.instance().report(1_000);
    expect([(await stream.head('low'))?.sealedFor, (await stream.head('high'))?.sealedFor]).toEqual([
      ['child'],
      ['child'],
    ]);
    expireAll(stream);
    expect(await stream.instance().take('child', stream.put('child', ['b', 110]))).toMatchObject({ counted: 1 });
    expect(await stream.head('child')).toMatchObject({ counters: { lossesAccepted: 0 } });
    expect(stream.counts).toEqual({ 'a@100': 1, 'b@0': 1 });
  });

  it('goes on where the rest of both is accepted as lost: what one had closed stays closed, and what the other had open comes out', async () => {
    const stream = await mergedOf();
    for (const parent of ['low', 'high'] as const) await acceptRest(stream, parent);
    expireAll(stream);
    const report = await stream.instance().take('child', stream.put('child', ['a', 6], ['b', 6], ['b', 110]));
    expect(report).toMatchObject({ lateRecords: 1, counted: 2 });
    expect(await stream.head('child')).toMatchObject({ counters: { lossesAccepted: 2 } });
    expect(stream.counts).toEqual({ 'a@100': 1, 'b@0': 2 });
  });

  it('leaves a floor for all keys but those between which the parent that was behind has entries', async () => {
    const stream = await mergedOf();
    for (const parent of ['low', 'high'] as const) await acceptRest(stream, parent);
    expireAll(stream);
    await stream.instance().tick(1_000);
    const b = hashOfKey('b');
    const floors = [
      { fromHash: 0n, toHash: b - 1n, watermarkMs: 100 },
      { fromHash: b + 1n, toHash: MAX_HASH, watermarkMs: 100 },
    ];
    expect(await stream.head('child')).toMatchObject({ watermarkMs: 5, floors });
  });

  it('halts where one has no log, names that one, and goes on once its rest is accepted', async () => {
    const stream = await mergedOf(['low']);
    await acceptRest(stream, 'low');
    expireAll(stream);
    const records = stream.put('child', ['a', 101]);
    const halted = stream.instance().take('child', records);
    await expect(halted).rejects.toMatchObject({
      kind: 'internal',
      code: 'LINEAGE_LOST',
      context: { partition: 'high', from: '0', to: 'end' },
    });
    await expect(halted).rejects.toThrow(/ with npx tidemark accept-loss flights --partition high --from 0 --to end$/);
    await acceptRest(stream, 'high');
    expect(await stream.instance().take('child', records)).toMatchObject({ counted: 1 });
  });
});
