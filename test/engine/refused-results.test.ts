import { describe, expect, it } from '@jest/globals';
import { REFUSALS } from '../../engine/outbox.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { PickySink } from './support/picky-sink.ts';
import { reading } from './support/readings.ts';
import { StreamInstance, StreamWorld } from './support/stream-world.ts';
import { Instance, World } from './support/world.ts';

/** Results of a, bad and b; the last record fires them. */
const BATCH = [reading(1, 'a', 0), reading(2, 'bad', 1), reading(3, 'b', 2), reading(4, 'a', 10)];

/** A fresh instance of the world whose results go to `sinks`, and its dead letters to the world's own. */
function instanceOf(world: World, ...sinks: PickySink[]): Instance {
  return new Instance({ ...world.instance().processor, sinks: [...sinks, world.sink] });
}

/** The second put is the one that withholds. */
function beforeSecondPut({ logs }: World, work: () => void): void {
  logs.beforePut = async () => {
    logs.beforePut = async () => work();
  };
}

const lettersOf = (world: World) =>
  world.sink.deadLetters
    .filter(({ code }) => code === 'RESULT_REFUSED')
    .map(({ code, partitionKey, data }) => ({
      code,
      partitionKey,
      row: JSON.parse(Buffer.from(data).toString()) as unknown,
    }));
const keysOf = ({ taken }: PickySink): string[] => taken.flat().map(({ key }) => key);

const LETTER = {
  code: 'RESULT_REFUSED',
  partitionKey: 'bad',
  row: expect.objectContaining({ key: 'bad', windowStartMs: 0, revision: 1 }),
};
const WITHHELD = [{ version: 1, sink: 'picky', places: [2] }];

describe('a result that a sink will never take', () => {
  it('becomes a dead letter after a bounded number of refusals, and its shard goes on', async () => {
    const world = new World();
    const picky = new PickySink('picky', 'bad');
    const instance = instanceOf(world, picky);
    expect(await instance.process(...BATCH)).toMatchObject({ recordsIn: 4, deadLetters: 1, counted: 4 });
    expect(picky.refusals).toBe(REFUSALS);
    expect(world.clock.slept).toHaveLength(REFUSALS - 1);
    expect(lettersOf(world)).toEqual([LETTER]);
    expect(world.sink.deadLetters[0]?.reason).toBe(
      'result must be one that picky takes, got a refusal: Item size has exceeded the maximum allowed size; emit what its service accepts',
    );
    expect(await instance.process(reading(5, 'b', 20))).toMatchObject({ commits: 1, deadLetters: 0 });
    expect(lettersOf(world)).toHaveLength(1);
    expect(await world.head()).toMatchObject({ version: 3, publishedVersion: 2, withheld: [] });
  });

  it('changes neither state nor progress, and leaves the counters as they are', async () => {
    const world = new World();
    await instanceOf(world, new PickySink('picky', 'bad')).process(...BATCH);
    const [decided, withholding] = await world.entries();
    const { reached, watermarkMs, counters, sequence, stateHash } = decided as NonNullable<typeof decided>;
    expect(withholding).toMatchObject({
      version: 2,
      from: reached,
      reached,
      watermarkMs,
      counters,
      sequence,
      stateHash,
      withheld: WITHHELD,
    });
  });

  it('reaches the sinks that take it', async () => {
    const world = new World();
    const [picky, other] = [new PickySink('picky', 'bad'), new PickySink('other', undefined)];
    // The log learns of the refusal, and the instance dies before anything else is delivered.
    beforeSecondPut(world, () => {
      world.sink.isDown = true;
    });
    await expect(instanceOf(world, picky, other).process(...BATCH)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    world.sink.isDown = false;
    const [again, otherAgain] = [new PickySink('picky', 'bad'), new PickySink('other', undefined)];
    await instanceOf(world, again, otherAgain).process(...BATCH);
    expect(again.refusals).toBe(0);
    expect(keysOf(again)).toEqual(['a', 'b']);
    expect(keysOf(otherAgain)).toEqual(['a', 'b', 'bad']);
    expect(lettersOf(world)).toEqual([LETTER]);
  });

  it('is refused again from the start where the instance died before the log had learnt of it', async () => {
    const world = new World();
    beforeSecondPut(world, () => {
      throw new Error('killed');
    });
    await expect(instanceOf(world, new PickySink('picky', 'bad')).process(...BATCH)).rejects.toThrow('killed');
    expect(lettersOf(world)).toEqual([]);
    const picky = new PickySink('picky', 'bad');
    await instanceOf(world, picky).process(...BATCH);
    expect(picky.refusals).toBe(REFUSALS);
    expect(lettersOf(world)).toEqual([LETTER]);
  });

  it('has one dead letter where two instances find it at the same moment', async () => {
    const world = new World();
    world.sink.isDown = true;
    await expect(instanceOf(world, new PickySink('picky', undefined)).process(...BATCH)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
    });
    world.sink.isDown = false;
    const reports = await Promise.all(
      [1, 2].map(() => instanceOf(world, new PickySink('picky', 'bad')).process(...BATCH)),
    );
    expect(reports.map(({ deadLetters }) => deadLetters).sort()).toEqual([0, 1]);
    expect(lettersOf(world)).toEqual([LETTER]);
    expect((await world.entries()).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('is delivered when a later try is taken', async () => {
    const world = new World();
    const picky = new PickySink('picky', 'bad');
    const sleep = world.clock.sleep.bind(world.clock);
    world.clock.sleep = async (ms) => {
      picky.badKey = undefined;
      await sleep(ms);
    };
    expect(await instanceOf(world, picky).process(...BATCH)).toMatchObject({ deadLetters: 0 });
    expect(keysOf(picky)).toContain('bad');
    expect((await world.head()).version).toBe(1);
  });

  it('stays withheld in every entry until its version is known to be delivered', async () => {
    const world = new World();
    world.sink.isDown = true;
    await expect(instanceOf(world, new PickySink('picky', undefined)).process(...BATCH)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
    });
    const other = { version: 1, sink: 'other', places: [0] };
    await instanceOf(world).use((log) => log.withhold(WITHHELD, []));
    await instanceOf(world).use((log) => log.withhold([other], []));
    expect((await world.head()).withheld).toEqual([...WITHHELD, other]);
    world.sink.isDown = false;
    await instanceOf(world, new PickySink('picky', undefined)).process(reading(5, 'a', 11));
    expect((await world.head()).withheld).toEqual([]);
  });

  it('does not fill a ring of the smallest size', async () => {
    const world = new World({ slots: 4 });
    const instance = instanceOf(world, new PickySink('picky', 'bad'));
    for (let i = 0; i < 10; i++)
      await instance.process(reading(2 * i + 1, 'bad', 10 * i), reading(2 * i + 2, 'bad', 10 * i + 1));
    await instance.process(reading(30, 'a', 1_000));
    expect(lettersOf(world)).toHaveLength(10);
  });

  it('stops neither the tick that decided it nor the next one', async () => {
    const { stream, take, tick } = streamOf();
    await take('parent', stream.put('parent', ['bad', 5]));
    expect(await tick(600_000)).toMatchObject({ shardsMoved: 1, failures: [] });
    expect(lettersOf(stream.world)).toEqual([LETTER]);
    expect(await tick(660_000)).toMatchObject({ failures: [], undeliveredSinceMs: undefined });
  });

  it('does not keep its shard from being sealed', async () => {
    const { stream, take, tick } = streamOf();
    await take('parent', stream.put('parent', ['bad', 5]));
    stream.world.logs.beforePut = async () => {
      stream.world.sink.isDown = true;
    };
    expect((await tick(600_000)).failures).toMatchObject([{ partition: 'parent' }]);
    stream.world.sink.isDown = false;
    stream.split('parent', 'low', 'high');
    await take('low', stream.put('low', ['a', 700_000]));
    expect((await stream.head('parent'))?.sealedFor).toEqual(['high', 'low']);
    expect(lettersOf(stream.world)).toEqual([LETTER]);
  });
});

/** A stream whose functions all begin with nothing in memory, and bring results to a sink that will not take `bad`. */
function streamOf() {
  const stream = new StreamWorld();
  stream.open('parent');
  const instance = () =>
    new StreamInstance(
      new Instance({ ...stream.instance().inner.processor, sinks: [new PickySink('picky', 'bad'), stream.world.sink] }),
    );
  return {
    stream,
    take: (shard: string, records: readonly SourceRecord[]) => instance().take(shard, records),
    tick: (nowMs: number) => instance().report(nowMs),
  };
}
