import { expect, it } from '@jest/globals';
import { count, hopping, kinesis, pipeline, resultTable } from '../../engine/index.ts';
import { processBatch } from '../../engine/process-batch.ts';
import { SHARD } from '../support/samples.ts';
import { READING, reading } from './support/readings.ts';
import { World } from './support/world.ts';

const { topology } = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('key')
  .window(hopping({ sizeMs: 10, advanceMs: 1 }))
  .aggregate({ n: count() })
  .to(resultTable());
const records = [0, 3, 3, 15, 16, 40, 41].map((timeMs, i) => reading(i + 1, 'ab'[i % 2] as string, timeMs));

async function run(maxRowsPerCommit: number, given = records) {
  const world = new World({ topology });
  const report = await processBatch(
    { ...world.instance().processor, maxRowsPerCommit },
    { partition: SHARD, records: given },
  );
  return { report, text: world.sink.text, versions: world.sink.versions, head: await world.head() };
}

it('a batch with many results is committed in parts, each delivered before the next', async () => {
  const whole = await run(1_000_000);
  expect(whole.report).toMatchObject({ commits: 1, recordsIn: 7 });
  const parts = await run(5);
  expect(parts.report.commits).toBeGreaterThan(2);
  expect(parts.report).toMatchObject({
    recordsIn: 7,
    resultsOut: whole.report.resultsOut,
    counted: whole.report.counted,
  });
  expect(parts.text).toBe(whole.text);
  expect(parts.head).toMatchObject({
    reached: whole.head.reached,
    counters: whole.head.counters,
    stateHash: whole.head.stateHash,
  });
});

it('the places of one packed record stay in one commit; what the last one made due may follow', async () => {
  const packed = records.map((record, i) => ({ ...record, offset: 1n, subSequence: i }));
  const world = new World({ topology });
  const { commits } = await processBatch(
    { ...world.instance().processor, maxRowsPerCommit: 1 },
    { partition: SHARD, records: packed },
  );
  const [first] = await world.entries();
  expect(first).toMatchObject({ reached: 1n, counters: { recordsIn: 7 }, pending: { domain: 'event' } });
  expect(commits).toBe(2);
});
