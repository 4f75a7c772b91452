/** Several exchanges in a row: receivers that are senders themselves. */
import { describe, expect, it } from '@jest/globals';
import { count, kinesis, pipeline, resultTable, tumbling } from '../../../engine/index.ts';
import { stateSchemaOf } from '../../../engine/codec/fingerprint.ts';
import { decompress } from '../../../engine/codec/compression.ts';
import { decodeRows } from '../../../engine/exchange/rows.ts';
import { readBody } from '../../../engine/partition-log/read-body.ts';
import { NO_WATERMARK } from '../../../engine/time/watermark.ts';
import { READING } from '../support/readings.ts';
import { ExchangeWorld, HIGH, keyedAnew, LOW, twoLevels } from './exchange-world.ts';

const readings = (allowedMs = 0) =>
  pipeline('readings')
    .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: allowedMs, maxClockSkewMs: 1e9 });

/** The rows of a log's newest entry that has some, for receiver 0 of one. */
async function rowsOf(world: ExchangeWorld, logId: string, receivers = 1) {
  const entry = (await world.world.entries(logId)).findLast(({ sent }) => sent?.rows !== undefined);
  const bytes = await readBody(world.world.blobs, entry!.sent!.rows!);
  return { entry: entry!, rows: decodeRows(decompress(bytes as Uint8Array), 0, receivers) };
}

describe('a plan with several keys', () => {
  it('is cut at each that has an exchange', () => {
    const { fragments } = twoLevels();
    expect(fragments.map(({ receivesFrom, sendsTo }) => [receivesFrom?.id, sendsTo?.id])).toEqual([
      [undefined, 'by-value'],
      ['by-value', 'by-n'],
      ['by-n', undefined],
    ]);
    expect(fragments.map(({ operators }) => operators.map(({ id }) => id))).toEqual([[], ['window'], ['window2']]);
    expect(fragments.map(({ sentBy }) => sentBy.map(({ id }) => id))).toEqual([[], [], ['by-value']]);
  });

  it('has a fragment of the source with state where its first key is the partition key', () => {
    const { fragments } = twoLevels({ isInPlace: true });
    expect(fragments.map(({ operators }) => operators.map(({ id }) => id))).toEqual([['window'], ['window2']]);
  });

  it('says by its state schema what it is grouped by, what it sends, and how long it waits', () => {
    const [first, middle] = twoLevels({ allowedLatenessMs: 7 }).fragments;
    expect(stateSchemaOf(first!)).toEqual(['exchange by-value: value']);
    expect(stateSchemaOf(middle!)).toEqual(
      expect.arrayContaining(['key: value', 'exchange by-n: n', 'window waited for: 7']),
    );
  });

  it('may group results by a function, and all of them together', () => {
    const again = readings()
      .keyBy('value')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() });
    const windows = tumbling({ sizeMs: 20 });
    const byFunction = again.keyBy(({ value, n }) => `${value}:${n}`, { name: 'both' }).window(windows);
    const [, middle, last] = byFunction.aggregate({ n: count() }).to(resultTable()).fragments;
    expect(middle?.sentKeyOf({ value: '7', n: 2 })).toBe('7:2');
    expect([last?.receivesFrom?.id, last?.keyFields]).toEqual(['by-both', ['both']]);
    const together = again.keyAll().window(windows).aggregate({ n: count() }).to(resultTable()).fragments[1];
    expect([together?.sentKeyOf({ value: '7', n: 2 }), together?.sendsTo?.receivers]).toEqual(['all', 1]);
  });

  it('is refused where two exchanges have one name', () => {
    const again = readings()
      .keyBy('value')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() });
    expect(() => again.keyBy('value')).toThrow('name of the exchange must be none of by-value, got "by-value"');
    expect(() => again.keyBy('value', { name: 'again' })).not.toThrow();
  });

  it('is refused where the windows before a key give several results each', () => {
    const early = readings()
      .keyBy('value')
      .window(tumbling({ sizeMs: 10 }), { accumulation: 'retracting' })
      .aggregate({ n: count() });
    expect(() => early.keyBy('n')).toThrow(/a key over its results takes each one once/);
  });
});

describe('a receiver that sends', () => {
  it('counts again what the first windows have counted, once each of them is final', async () => {
    const world = new ExchangeWorld(twoLevels());
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 2], [HIGH, 3], [LOW, 11], [HIGH, 12]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({});
    await world.take(instance, 's1', world.put('s1', [LOW, 25]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ '1@0': 3, '2@0': 1 });
  });

  it('sends a result with its key, its window, and the time before its windows closed', async () => {
    const world = new ExchangeWorld(twoLevels({ receivers: 1, allowedLatenessMs: 5 }));
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 8]));
    await world.take(instance, 's1', world.put('s1', [LOW, 40]));
    await world.receive(instance, 0);
    const { entry, rows } = await rowsOf(world, world.receiverLog(0));
    expect(rows).toEqual([
      {
        key: '2',
        eventTimeMs: 9,
        watermarkMs: 3,
        value: { value: String(LOW), n: 2, windowStartMs: 0, windowEndMs: 10 },
      },
    ]);
    expect([entry.watermarkMs, entry.sent?.watermarkMs]).toEqual([40, 35]);
  });

  it('holds the time of its results back as long as a session may still grow', async () => {
    const world = new ExchangeWorld(twoLevels({ receivers: 1, isSession: true }));
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 8]));
    await world.take(instance, 's1', world.put('s1', [HIGH, 40]));
    await world.receiveAll(instance);
    const { entry, rows } = await rowsOf(world, world.receiverLog(0));
    expect(rows.map(({ key, eventTimeMs }) => [key, eventTimeMs])).toEqual([['2', 17]]);
    expect(entry.sent?.watermarkMs).toBeLessThanOrEqual(40 - 10);
    await world.take(instance, 's1', world.put('s1', [HIGH, 100]));
    await world.receiveAll(instance);
    expect([world.counts, world.world.sink.lateRecords]).toEqual([{ '2@0': 1, '1@40': 1 }, []]);
  });

  it('sends results of a process function with the time of the record or timer that made them', async () => {
    const world = new ExchangeWorld(
      readings()
        .keyBy('value', { receivers: [1] })
        .process({
          state: {},
          results: { what: 'text' },
          onRecord: ({ eventTimeMs }, { emit, setTimer }) => {
            emit({ what: 'record' });
            setTimer(eventTimeMs + 10);
          },
          onTimer: (_timer, { emit }) => emit({ what: 'timer' }),
        })
        .keyBy('what', { receivers: [1] })
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ n: count() })
        .to(resultTable()),
    );
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 2], [HIGH, 13]));
    await world.take(instance, 's1', world.put('s1', [HIGH, 45]));
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ 'record@0': 2, 'record@10': 1, 'timer@10': 2, 'timer@20': 1 });
    expect(world.world.sink.lateRecords).toEqual([]);
  });

  it('rings those for whom it has rows', async () => {
    const world = new ExchangeWorld(twoLevels({ receivers: 1 }));
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1]));
    await world.receive(instance, 0);
    expect(world.rungAt).toEqual([[0, 0]]);
    await world.take(instance, 's1', world.put('s1', [LOW, 11]));
    await world.receive(instance, 0);
    expect(world.rungAt).toEqual([[0, 0], [0, 0], [1, 0]]); // prettier-ignore
  });

  it('overwrites nothing that those behind it have not taken, rings them, and goes on once they have', async () => {
    const world = new ExchangeWorld(twoLevels({ receivers: 2 }), { slots: 4 });
    world.open('s1');
    const instance = world.instance();
    for (let timeMs = 1; timeMs <= 4; timeMs++) {
      await world.take(instance, 's1', world.put('s1', [LOW, timeMs]));
      await world.receive(instance, 0);
      await world.receive(instance, 1);
    }
    await world.take(instance, 's1', world.put('s1', [LOW, 5]));
    world.rungAt.length = 0;
    await expect(world.receive(instance, 0)).rejects.toMatchObject({ code: 'RING_FULL', kind: 'unavailable' });
    expect(world.rungAt).toEqual([[1, 0], [1, 1]]); // prettier-ignore
    await world.receive(instance, 0, 1);
    await expect(world.receive(instance, 0)).rejects.toMatchObject({ code: 'RING_FULL' });
    await world.receive(instance, 1, 1);
    await world.receive(instance, 0);
    expect((await world.head(world.receiverLog(0))).version).toBe(5);
  });

  it('makes a result without the second key a dead letter', async () => {
    const world = new ExchangeWorld(
      readings()
        .keyBy('value', { receivers: [1] })
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ n: count() })
        .map(({ n }) => ({ half: n / 0 }), { half: 'number' })
        .keyBy('half', { receivers: [1] })
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ n: count() })
        .to(resultTable()),
    );
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 11]));
    await world.receiveAll(instance);
    expect(world.world.sink.deadLetters.map(({ code, partitionKey }) => [code, partitionKey])).toEqual([
      ['RESULT_FAILED', String(LOW)],
    ]);
  });

  it('is refused with another number of receivers behind it', async () => {
    const world = new ExchangeWorld(twoLevels({ receivers: 1 }));
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1]));
    await world.receiveAll(instance);
    const other = twoLevels({ receivers: 2 }).fragments[2]!;
    const receivers = [instance.receiver, { ...instance.receivers[1]!, topology: other }];
    await expect(world.receive({ ...instance, receivers }, 1, 1)).rejects.toMatchObject({
      code: 'RECEIVERS_CHANGED',
      kind: 'invalid',
    });
  });
});

describe('who the senders of a later exchange are', () => {
  it('is known before any of them has begun', async () => {
    const world = new ExchangeWorld(twoLevels({ receivers: 2 }));
    world.open('s1');
    const instance = world.instance();
    const { isDrained } = await world.receive(instance, 1, 1);
    expect([isDrained, await world.world.blobs.list('exchanges/')]).toEqual([true, ['exchanges/readings/by-n/1']]);
    await world.take(instance, 's1', world.put('s1', [LOW, 1]));
    await world.receive(instance, 0);
    await world.receive(instance, 1, 1);
    const { positions, watermarkMs } = await world.head(world.receiverLog(1, 1));
    expect(positions.map(({ logId, version }) => [logId, version])).toEqual([
      [world.receiverLog(0), 1],
      [world.receiverLog(1), 0],
    ]);
    expect(watermarkMs).toBe(NO_WATERMARK);
  });

  it('must not change', async () => {
    const world = new ExchangeWorld(twoLevels());
    world.open('s1');
    const instance = world.instance();
    await world.receive(instance, 1, 1);
    const topology = { ...instance.receivers[1]!.topology, sentBy: [{ ...world.exchange, id: 'other' }] };
    const receivers = [instance.receiver, { ...instance.receivers[1]!, topology }];
    await expect(world.receive({ ...instance, receivers }, 0, 1)).rejects.toMatchObject({
      code: 'SENDER_UNKNOWN',
      kind: 'internal',
    });
  });
});

describe('a tick', () => {
  /** So that nothing but ticks and who they ring goes on. */
  async function ticked(world: ExchangeWorld, minutes: number): Promise<void> {
    const instance = world.instance();
    for (let minute = 1; minute <= minutes; minute++) {
      await world.tick(instance, 600_000 + minute * 60_000);
      await world.answerRings(instance);
    }
  }

  it.each([
    ['two exchanges', false],
    ['an exchange behind a window', true],
  ])('moves time through %s with nothing else to do, and then stands still', async (_, isInPlace) => {
    const world = new ExchangeWorld(twoLevels({ receivers: 2, allowedLatenessMs: 5, isInPlace }));
    world.open('s1', 'empty');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 12]));
    await world.answerRings(instance);
    expect(world.counts).toEqual({});
    await ticked(world, 4);
    expect(world.counts).toEqual({ '1@0': 2 });
    const logs = [world.shardLog('s1'), ...world.exchanges.flatMap((_one, level) => [world.receiverLog(0, level)])];
    const versions = () => Promise.all(logs.map(async (log) => (await world.head(log)).version));
    const before = await versions();
    await ticked(world, 3);
    expect(await versions()).toEqual(before);
  });

  it('waits as long as the fragment between may hold a result back', async () => {
    const world = new ExchangeWorld(twoLevels({ receivers: 1, allowedLatenessMs: 3_000_000 }));
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 3_000_012]));
    await world.receiveAll(instance);
    const { due } = await world.head(world.receiverLog(0, 1));
    expect(due?.eventMs).toBe(20);
    const { version } = await world.head(world.shardLog('s1'));
    // Idle partitions are a minute behind the clock.
    await world.tick(instance, 3_000_019 + 60_000);
    expect((await world.head(world.shardLog('s1'))).version).toBe(version);
    await world.tick(instance, 3_000_020 + 60_000);
    expect((await world.head(world.shardLog('s1'))).version).toBe(version + 1);
    await world.receiveAll(instance);
    expect(world.counts).toEqual({ '1@0': 1 });
  });

  it('calls receivers of every exchange that have something to read, and no others', async () => {
    const world = new ExchangeWorld(twoLevels({ receivers: 1 }));
    world.open('s1');
    const instance = world.instance();
    await world.take(instance, 's1', world.put('s1', [LOW, 1], [LOW, 11]));
    await world.receiveAll(instance);
    await world.take(instance, 's1', world.put('s1', [LOW, 12]));
    world.rungAt.length = 0;
    await world.tick(instance, 1_000);
    expect(world.rungAt).toEqual([[0, 0]]);
    await world.receive(instance, 0);
    world.rungAt.length = 0;
    await world.tick(instance, 2_000);
    expect(world.rungAt).toEqual([[1, 0]]);
  });
});

describe('a pipeline with one exchange', () => {
  it('has the state schema that it has ever had', () => {
    expect(keyedAnew().fragments.map((fragment) => stateSchemaOf(fragment)[0])).toEqual([
      'exchange by-value: value',
      'key: value',
    ]);
  });
});
