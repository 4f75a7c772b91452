import { describe, expect, it } from '@jest/globals';
import { count, from, hours, kafka, minutes, pipeline, tumbling } from '../../../engine/index.ts';
import { MINUTE_MS, REFUND, refund, refunds, sale, sales, START_MS, turnover } from './turnover.ts';
import { UnionWorld } from './union-world.ts';

const at = (shop: string, minute: number) => `${shop}@${START_MS + minute * MINUTE_MS}`;

/** Of both, without a record. */
async function worldOf(given = turnover()) {
  const world = new UnionWorld(given, { sales: ['s1'], refunds: ['0'], returns: ['0'] });
  await world.world.clock.sleep(START_MS + hours(2));
  return world;
}

describe('a pipeline that unites two sources', () => {
  it('has a function for each of them, with a schema, a time and a transformation of its own', () => {
    const { fragments, topology } = turnover();
    expect(topology).toBe(fragments[0]);
    expect(
      fragments.map(({ source, eventTime, transform, receivesFrom, sendsTo }) => [
        receivesFrom === undefined ? source.kind : 'rows',
        eventTime.maxOutOfOrdernessMs,
        transform !== undefined,
        sendsTo?.id,
      ]),
    ).toEqual([
      ['kinesis', 0, false, 'by-shop'],
      ['kafka', minutes(2), true, 'by-shop'],
      ['rows', 0, false, undefined],
    ]);
  });

  it('counts the records of both by their key, in windows that wait for the slower one', async () => {
    const world = await worldOf();
    await world.take('sales', 's1', sale('north', 30, 1), sale('south', 5, 2), sale('north', 1, 25));
    await world.take('refunds', '0', refund('north', 500, 3), refund('north', -1, 3), refund('south', 100, 11));
    await world.receiveAll();
    expect(world.results).toEqual({});
    await world.take('refunds', '0', refund('south', 200, 13));
    await world.receiveAll();
    expect(world.results).toEqual({ [at('north', 0)]: { n: 2, euros: 25 }, [at('south', 0)]: { n: 1, euros: 5 } });
  });

  it('takes what comes behind the other source as in time, as long as it is by its own', async () => {
    const world = await worldOf();
    await world.take('sales', 's1', sale('north', 30, 59));
    await world.take('refunds', '0', refund('north', 500, 3));
    await world.take('refunds', '0', refund('north', 500, 1));
    await world.take('refunds', '0', refund('north', 100, 70));
    await world.receiveAll();
    expect(world.results).toEqual({ [at('north', 0)]: { n: 2, euros: -10 } });
    expect(world.world.sink.lateRecords).toEqual([]);
  });

  it('does nothing before each source has told which shards it has', async () => {
    const world = await worldOf();
    for (let minute = 0; minute < 8; minute++) await world.take('sales', 's1', sale('north', 1, minute * 10));
    await expect(world.take('sales', 's1', sale('north', 1, 90))).rejects.toMatchObject({ code: 'RING_FULL' });
    await world.receiveAll();
    await world.tick('refunds');
    await world.receiveAll();
    world.restart();
    await world.take('sales', 's1', sale('north', 1, 100));
    await world.take('refunds', '0', refund('north', 100, 100));
    await world.receiveAll();
    expect(Object.keys(world.results)).toHaveLength(8);
  });

  it('goes on where one of them is deleted and made again', async () => {
    const world = await worldOf();
    await world.take('sales', 's1', sale('north', 1, 1));
    await world.take('refunds', '0', refund('north', 100, 2));
    await world.receiveAll();
    await world.world.clock.sleep(1_000);
    world.feed('refunds').makeAgain(['0']);
    await world.take('refunds', '0', refund('north', 100, 5), refund('north', 100, 70));
    await world.take('sales', 's1', sale('north', 1, 70));
    await world.receiveAll();
    expect(world.results).toEqual({ [at('north', 0)]: { n: 3, euros: -1 } });
  });

  it('is refused with other sources over the same state', async () => {
    const world = await worldOf();
    await world.take('sales', 's1', sale('north', 1, 1));
    world.restart(turnover(kafka({ topic: 'returns', schema: REFUND })));
    await expect(world.take('sales', 's1', sale('north', 1, 2))).rejects.toMatchObject({
      code: 'STATE_SCHEMA_CHANGED',
      message: expect.stringContaining('union: refunds, sales'),
    });
  });
});

describe('a tick of one of two sources that are united', () => {
  /** Sales of minute 15 and 30, refunds up to minute 5 of their own watermark. */
  async function begun() {
    const world = await worldOf();
    await world.take('sales', 's1', sale('north', 1, 15), sale('north', 1, 30));
    await world.take('refunds', '0', refund('north', 100, 7));
    await world.receiveAll();
    return world;
  }

  it('moves an idle one up to where the other is, and no further', async () => {
    const world = await begun();
    await world.world.clock.sleep(minutes(40));
    await world.take('sales', 's1', sale('north', 1, 35));
    await world.tick('refunds');
    await world.receiveAll();
    expect(world.results).toEqual({ [at('north', 0)]: { n: 1, euros: -1 }, [at('north', 10)]: { n: 1, euros: 1 } });
    await world.take('refunds', '0', refund('north', 100, 36));
    await world.take('sales', 's1', sale('north', 1, 60));
    await world.take('refunds', '0', refund('north', 100, 70));
    await world.receiveAll();
    expect(world.results).toMatchObject({ [at('north', 30)]: { n: 3, euros: 1 } });
    expect(world.world.sink.lateRecords).toEqual([]);
  });

  it('brings the last windows out once both are idle', async () => {
    const world = await begun();
    await world.world.clock.sleep(hours(2));
    for (let round = 0; round < 3; round++)
      for (const source of ['sales', 'refunds']) {
        await world.tick(source);
        await world.receiveAll();
      }
    expect(Object.keys(world.results)).toEqual([at('north', 0), at('north', 10), at('north', 30)]);
  });

  it('holds one that never had a record while the other cannot be looked at', async () => {
    const world = await worldOf();
    await world.tick('refunds');
    await world.take('sales', 's1', sale('north', 1, 15));
    await world.receiveAll();
    const { read } = world.world.logs;
    world.world.logs.read = (logId, ...rest) =>
      logId.includes('sales') ? Promise.reject(new Error('no answer')) : read.call(world.world.logs, logId, ...rest);
    const { watermarkMs } = await world.head('refunds', '0');
    await world.tick('refunds');
    expect(await world.head('refunds', '0')).toMatchObject({ watermarkMs });
    await world.world.clock.sleep(hours(1));
    await world.tick('refunds');
    expect((await world.head('refunds', '0')).watermarkMs).toBeGreaterThan(START_MS);
  });

  it('notes once that a partition is idle, until a record comes', async () => {
    const world = await begun();
    await world.world.clock.sleep(minutes(5));
    await world.tick('sales');
    const { version, sent } = await world.head('sales', 's1');
    expect(sent?.isIdle).toBe(true);
    await world.tick('sales');
    expect((await world.head('sales', 's1')).version).toBe(version);
    await world.take('sales', 's1', sale('north', 1, 31));
    expect((await world.head('sales', 's1')).sent?.isIdle).toBeUndefined();
  });

  it('waits an hour for one that has never begun, and names it when its log cannot be read', async () => {
    const world = new UnionWorld(turnover(), { sales: ['s1'], refunds: ['0'] });
    await world.world.clock.sleep(START_MS + hours(2));
    await world.take('sales', 's1', sale('north', 1, 1));
    const { watermarkMs } = await world.head('sales', 's1');
    await world.world.clock.sleep(minutes(50));
    await world.tick('sales');
    expect(await world.head('sales', 's1')).toMatchObject({ watermarkMs });
    await world.tick('refunds');
    const read = world.world.logs.read.bind(world.world.logs);
    world.world.logs.read = (logId, ...rest) =>
      logId.includes('refunds') ? Promise.reject(new Error('no answer')) : read(logId, ...rest);
    expect((await world.tick('sales')).failures).toMatchObject([{ partition: 'refunds/0', code: 'UNEXPECTED' }]);
  });
});

describe('a union that cannot be is refused', () => {
  const timed = () =>
    pipeline('turnover')
      .source(sales())
      .eventTime(({ atMs }) => atMs, { maxOutOfOrdernessMs: 0 });

  it.each<[string, () => unknown, RegExp]>([
    ['of nothing', () => (timed().union as () => unknown)(), /union must be one stream of records or more/],
    ['of what is no stream', () => (timed().union as (no: unknown) => unknown)(sales()), /must be one stream/],
    ['of a source with itself', () => timed().union(timed()), /of sources with names of their own, got .*sales.*sales/],
    [
      'of two with one side output',
      () =>
        timed()
          .branch('odd', () => true)
          .union(
            from(refunds())
              .arrivalTime()
              .branch('odd', () => true),
          ),
      /odd/,
    ],
    [
      'of a source to which the results go',
      () =>
        timed()
          .union(from(refunds()).arrivalTime())
          .keyBy(() => 'one', { name: 'one' })
          .window(tumbling({ sizeMs: 10 }))
          .aggregate({ n: count() })
          .to({ kind: 'topic', topic: 'refunds', latestPer: 'key' }),
      /another topic than the source/,
    ],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(message);
  });
});
