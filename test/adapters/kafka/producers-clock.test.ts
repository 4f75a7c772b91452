/** Kafka events on their way into logs: what a timestamp that its producer made up can do to the time of a partition. */
import { describe, expect, it } from '@jest/globals';
import { decodeKafkaEvent, type KafkaEventRecord } from '../../../adapters/kafka/decode-event.ts';
import { partitionOf } from '../../../adapters/kafka/partitioner.ts';
import { count, kafka, minutes, pipeline, resultTable, tumbling } from '../../../engine/index.ts';
import { processBatch, type BatchReport } from '../../../engine/process-batch.ts';
import { processTick } from '../../../engine/process-tick.ts';
import type { TickReport } from '../../../engine/tick/tick-report.ts';
import { READING } from '../../engine/support/readings.ts';
import { World } from '../../engine/support/world.ts';
import { MemoryShards } from '../../../adapters/memory/shards.ts';

const NOW_MS = 1_700_000_000_000;
const YEAR_MS = 365 * 86_400_000;
const HOME = partitionOf(Buffer.from('a'), 1);
const SOURCE = { pipeline: 'clocks', stage: '0', source: 'readings', incarnation: 'id' };

const topology = pipeline('clocks')
  .source(kafka({ topic: 'readings', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: minutes(60), idleTimeoutMs: minutes(1) })
  .keyBy('key')
  .window(tumbling({ sizeMs: minutes(1) }))
  .aggregate({ n: count() })
  .to(resultTable()).topology;

/** A function that reads one partition, by a clock that a test moves. */
class Reader {
  readonly world = new World({ topology });
  nowMs = NOW_MS;
  #offset = 0;
  readonly #processor;

  constructor() {
    const shards = new MemoryShards();
    shards.known.set('0', { fromHash: 0n, toHash: 2n ** 128n - 1n, parents: [] });
    this.#processor = { ...this.world.instance().processor, shards };
  }

  take(timestamp: number, eventTimeMs: number | undefined, timestampType = 'CREATE_TIME'): Promise<BatchReport> {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const value =
      eventTimeMs === undefined ? null : base64(JSON.stringify({ key: 'a', timeMs: eventTimeMs, value: 1 }));
    const record: KafkaEventRecord = {
      topic: 'readings',
      partition: HOME,
      offset: this.#offset++,
      timestamp,
      timestampType,
      key: base64('a'),
      value,
      headers: [],
    };
    const [part] = decodeKafkaEvent(
      { eventSource: 'aws:kafka', records: { 'readings-0': [record] } },
      { topic: 'readings', partitions: 1, partitioner: 'murmur2', nowMs: this.nowMs },
    );
    return processBatch(this.#processor, { partition: { ...SOURCE, partition: '0' }, records: part?.records ?? [] });
  }

  tick(): Promise<TickReport> {
    return processTick(this.#processor, SOURCE, this.nowMs);
  }
}

describe.each(['CREATE_TIME', 'LOG_APPEND_TIME'])(
  'a record from 2073 whose timestamp of type %s says so too',
  (timestampType) => {
    it('is a dead letter, moves no watermark, and makes no later record late', async () => {
      const reader = new Reader();
      await reader.take(NOW_MS, NOW_MS);
      expect(await reader.take(NOW_MS + 50 * YEAR_MS, NOW_MS + 50 * YEAR_MS, timestampType)).toMatchObject({
        deadLetters: 1,
        watermarkMs: NOW_MS,
      });
      expect(reader.world.sink.deadLetters).toMatchObject([{ code: 'EVENT_TIME_IN_FUTURE', arrivalTimeMs: NOW_MS }]);
      expect(await reader.take(NOW_MS + 1_000, NOW_MS + 1_000)).toMatchObject({ counted: 1, lateRecords: 0 });
    });
  },
);

it.each([
  ['counted', NOW_MS],
  ['late', NOW_MS - YEAR_MS],
  ['refused', undefined],
])('a timestamp of 2073 on a record that is %s does not keep its partition from being idle', async (_, eventTimeMs) => {
  const reader = new Reader();
  await reader.take(NOW_MS, NOW_MS);
  await reader.take(NOW_MS + 50 * YEAR_MS, eventTimeMs);
  reader.nowMs += minutes(10);
  expect(await reader.tick()).toMatchObject({ idleShards: 1, shardsMoved: 1 });
  expect(reader.world.sink.results.at(-1)).toMatchObject({
    windowStartMs: Math.floor(NOW_MS / minutes(1)) * minutes(1),
  });
});

describe('a producer whose clock is behind', () => {
  it('may send an event that is newer than its timestamp and past for the function', async () => {
    const reader = new Reader();
    expect(await reader.take(NOW_MS - YEAR_MS, NOW_MS - 1_000)).toMatchObject({ counted: 1, deadLetters: 0 });
    expect(await reader.take(NOW_MS - YEAR_MS, NOW_MS + minutes(60) + 1)).toMatchObject({ counted: 0, deadLetters: 1 });
  });

  it('keeps its partition active while its records come', async () => {
    const reader = new Reader();
    await reader.take(NOW_MS - minutes(90), NOW_MS - minutes(90));
    expect(await reader.tick()).toMatchObject({ idleShards: 0 });
    expect(await reader.take(NOW_MS - minutes(89), NOW_MS - minutes(89))).toMatchObject({ counted: 1, lateRecords: 0 });
  });
});
