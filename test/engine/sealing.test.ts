import { describe, expect, it } from '@jest/globals';
import { hashOfKey, MAX_HASH } from '../../engine/codec/key-hash.ts';
import { count, everyN, kinesis, pipeline, resultTable } from '../../engine/index.ts';
import type { Topology } from '../../engine/topology.ts';
import { READING } from './support/readings.ts';
import { StreamWorld } from './support/stream-world.ts';

const MINUTE_MS = 60_000;

/** `a` hashes into `low`, `b` into `high`. */
function splitRoot(topology?: Topology): StreamWorld {
  const stream = new StreamWorld(topology === undefined ? {} : { topology });
  stream.open('root');
  stream.split('root', 'low', 'high');
  return stream;
}

const numbered = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('key')
  .window(everyN({ n: 1 }))
  .aggregate({ n: count() })
  .to(resultTable()).topology;

describe('the outbox of a shard that is sealed (PL-16, PL-22)', () => {
  it('is delivered before, when the tick that decided it could not deliver it', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    const warm = stream.instance();
    await warm.take('parent', stream.put('parent', ['a', 5]));
    // It goes down between the commit of the tick and its delivery.
    stream.world.logs.beforePut = async () => {
      stream.world.sink.isDown = true;
    };
    await expect(warm.tick(10 * MINUTE_MS)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await stream.head('parent')).toMatchObject({ version: 2 });
    stream.split('parent', 'low', 'high');
    const records = stream.put('low', ['a', 700_000]);
    // Until it can be delivered there is no seal, and the child waits.
    await expect(stream.instance().take('low', records)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    expect((await stream.head('parent'))?.sealedFor).toEqual([]);
    stream.world.sink.isDown = false;
    await stream.instance().take('low', records);
    expect((await stream.head('parent'))?.sealedFor).toEqual(['high', 'low']);
    expect(stream.counts).toMatchObject({ 'a@0': 1 });
  });
});

describe('numbered results of a shard that came of a merge', () => {
  it.each([
    ['low', 'high'],
    ['high', 'low'],
  ] as const)(
    'number on from the larger of %s and %s, so that none takes the place of another',
    async (first, second) => {
      const stream = splitRoot(numbered);
      await stream.instance().take('low', stream.put('low', ['a', 1]));
      await stream.instance().take('high', stream.put('high', ['b', 2], ['b', 3], ['b', 4]));
      stream.merge('low', 'high', 'child');
      const child = stream.catalog.known.get('child');
      stream.catalog.known.set('child', { fromHash: 0n, toHash: child?.toHash ?? MAX_HASH, parents: [first, second] });
      await stream.instance().take('child', stream.put('child', ['b', 5], ['a', 6]));
      const numbersOf = (key: string) =>
        stream.world.sink.results
          .filter((row) => row.key === key)
          .map(({ sequence }) => sequence)
          .sort();
      expect(numbersOf('b')).toEqual([0, 1, 2, 3]);
      expect(numbersOf('a')).toEqual([0, 4]);
    },
  );

  it('begin at 0 where no parent had one', async () => {
    const stream = splitRoot(numbered);
    await stream.instance().take('low', stream.put('low', ['a', 1]));
    expect(stream.world.sink.results.map(({ sequence }) => sequence)).toEqual([0]);
  });
});

describe('the clocks that a shard inherits', () => {
  it('are the newest arrival and processing time of its parents, whichever comes first', async () => {
    for (const newer of ['low', 'high'] as const) {
      const stream = splitRoot();
      for (const [shard, key] of [
        ['low', 'a'],
        ['high', 'b'],
      ] as const) {
        const arrivalTimeMs = shard === newer ? 5_000 : 2_000;
        await stream.instance().take(
          shard,
          stream.put(shard, [key, 5]).map((record) => ({ ...record, arrivalTimeMs })),
        );
      }
      stream.merge('low', 'high', 'child');
      await stream.instance().tick(1_000);
      expect(await stream.head('child')).toMatchObject({ version: 1, lastArrivalMs: 5_000, processingTimeMs: 5_000 });
    }
  });

  it('stand before any record where no parent had one', async () => {
    const stream = splitRoot();
    await stream.instance().take('low', stream.put('low', ['a', 5]));
    expect(await stream.head('root')).toMatchObject({
      version: 1,
      watermarkMs: Number.MIN_SAFE_INTEGER,
      sealedFor: ['high', 'low'],
    });
    expect(await stream.head('low')).toMatchObject({ version: 2, watermarkMs: 5 });
  });
});

describe('the range of a child (PL-24)', () => {
  it('holds both of its ends', async () => {
    const stream = new StreamWorld();
    stream.open('root');
    await stream.instance().take('root', stream.put('root', ['b', 0]));
    stream.split('root', 'low', 'high');
    // Now b is the last hash of the lower one.
    const b = hashOfKey('b');
    stream.catalog.known.set('low', { fromHash: 0n, toHash: b, parents: ['root'] });
    stream.catalog.known.set('high', { fromHash: b + 1n, toHash: MAX_HASH, parents: ['root'] });
    await stream.instance().take('low', stream.put('low', ['b', 1], ['b', 10]));
    await stream.instance().take('high', stream.put('high', ['a', 10]));
    expect(stream.counts).toEqual({ 'b@0': 2 });
  });

  it('passes on what a generation inherited that had no record of its own', async () => {
    const stream = new StreamWorld();
    stream.open('root');
    await stream.instance().take('root', stream.put('root', ['a', 0]));
    stream.split('root', 'low', 'high');
    stream.split('low', 'lower', 'upper');
    const heir = (stream.catalog.known.get('lower')?.toHash ?? 0n) >= hashOfKey('a') ? 'lower' : 'upper';
    await stream.instance().take(heir, stream.put(heir, ['a', 1], ['a', 10]));
    expect(stream.counts).toEqual({ 'a@0': 2 });
  });
});

describe('who takes part in a seal', () => {
  it('leaves a parent open of which the stream only says that nothing more is there yet (PL-22)', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    await stream.instance().take('parent', stream.put('parent', ['a', 5]));
    stream.split('parent', 'low', 'high');
    const { remains } = stream.catalog;
    stream.catalog.remains = () => 'none yet';
    const records = stream.put('low', ['a', 6]);
    await expect(stream.instance().take('low', records)).rejects.toMatchObject({
      code: 'PARENT_NOT_DRAINED',
      kind: 'unavailable',
    });
    expect(await stream.head('parent')).toMatchObject({ version: 1, sealedFor: [] });
    stream.catalog.remains = remains;
    expect(await stream.instance().take('low', records)).toMatchObject({ recordsIn: 1 });
  });

  it('names the children of the parent only', async () => {
    const stream = splitRoot();
    await stream.instance().take('low', stream.put('low', ['a', 5]));
    stream.split('high', 'higher', 'highest');
    await stream
      .instance()
      .take('higher', stream.put('higher', ['b', 5]))
      .catch(() => undefined);
    expect((await stream.head('root'))?.sealedFor).toEqual(['high', 'low']);
    expect((await stream.head('high'))?.sealedFor).toEqual(['higher', 'highest']);
  });

  it('seals a parent once, however many children ask', async () => {
    const stream = splitRoot();
    await stream.instance().take('low', stream.put('low', ['a', 5]));
    const sealed = await stream.head('root');
    await stream.instance().take('high', stream.put('high', ['b', 5]));
    expect(await stream.head('root')).toEqual(sealed);
  });

  it('begins anew where the stream has forgotten the only parent and there is no log of it', async () => {
    const stream = splitRoot();
    stream.expire('root');
    await stream.instance().take('low', stream.put('low', ['a', 5]));
    expect(await stream.head('root')).toBeUndefined();
    expect(await stream.head('low')).toMatchObject({ version: 1, reached: expect.anything() });
  });

  it('refuses a record behind the end of a sealed shard, and takes a replay for what it is (PL-23)', async () => {
    const stream = new StreamWorld();
    stream.open('parent');
    const taken = stream.put('parent', ['a', 5]);
    await stream.instance().take('parent', taken);
    stream.split('parent', 'low', 'high');
    await stream.instance().take('low', stream.put('low', ['a', 6]));
    expect(await stream.instance().take('parent', taken)).toMatchObject({
      recordsIn: 0,
      recordsReplayed: 1,
      commits: 0,
    });
    await expect(stream.instance().take('parent', stream.put('parent', ['a', 7]))).rejects.toMatchObject({
      code: 'SEALED',
      kind: 'internal',
    });
  });
});

describe('the time of hash ranges after a merge (PL-25)', () => {
  /** `ahead` has reached 100, the other 5, and they are merged. */
  async function merged(ahead: 'low' | 'high'): Promise<StreamWorld> {
    const stream = splitRoot();
    await stream.instance().take('low', stream.put('low', ['a', ahead === 'low' ? 100 : 5]));
    await stream.instance().take('high', stream.put('high', ['b', ahead === 'high' ? 100 : 5]));
    stream.merge('low', 'high', 'child');
    return stream;
  }

  it.each(['low', 'high'] as const)('keeps what was closed in %s closed, and the other half open', async (ahead) => {
    const stream = await merged(ahead);
    const [closed, open] = ahead === 'low' ? ['a', 'b'] : ['b', 'a'];
    expect(
      await stream.instance().take('child', stream.put('child', [closed as string, 6], [open as string, 6])),
    ).toMatchObject({ lateRecords: 1, counted: 1 });
  });

  /** A tick seals one parent; the other is not drained yet, so that the child has to wait. */
  async function sealOnly(stream: StreamWorld, parent: string): Promise<void> {
    const { remains } = stream.catalog;
    stream.catalog.remains = (shard, after) => (shard === parent ? remains(shard, after) : 'records');
    await stream.instance().tick(1_000);
    stream.catalog.remains = remains;
  }

  it.each(['low', 'high'] as const)(
    'knows the range of %s even if the stream has forgotten that shard',
    async (forgotten) => {
      const stream = await merged(forgotten);
      const { fromHash, toHash } = stream.catalog.known.get(forgotten) ?? { fromHash: 1n, toHash: 0n };
      const child = stream.catalog.known.get('child');
      if (child !== undefined)
        stream.catalog.known.set('child', { ...child, parents: [forgotten, forgotten === 'low' ? 'high' : 'low'] });
      await sealOnly(stream, forgotten);
      stream.expire(forgotten);
      await stream.instance().take('child', stream.put('child', ['a', 5], ['b', 5]));
      expect((await stream.head('child'))?.floors).toEqual([{ fromHash, toHash, watermarkMs: 100 }]);
    },
  );

  it('needs no range of a forgotten parent of a split: the child has all of what it had', async () => {
    const stream = new StreamWorld();
    stream.open('root');
    await stream.instance().take('root', stream.put('root', ['a', 0], ['b', 0]));
    stream.split('root', 'low', 'high');
    await stream.instance().take('high', stream.put('high', ['b', 1]));
    stream.expire('root');
    await stream.instance().take('low', stream.put('low', ['a', 1], ['a', 10]));
    expect(stream.counts).toEqual({ 'a@0': 2 });
  });

  it('leaves a floor for whom it was ahead only', async () => {
    const stream = await merged('low');
    await stream.instance().tick(1_000);
    expect((await stream.head('child'))?.floors).toEqual([
      { fromHash: 0n, toHash: hashOfKey('b') - 1n, watermarkMs: 100 },
    ]);
  });
});
