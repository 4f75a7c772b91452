import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tidemark } from '../e2e/command.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';
import { makeTopic } from './make-topic.ts';

const PARTITIONS = 3;
const absolute = (path: string): string => JSON.stringify(resolve(import.meta.dirname, '../..', path));
const MODULE = `
import * as z from ${absolute('node_modules/zod/mini/index.js')};
import { count, kafka, lake, pipeline, resultTable, tumbling } from ${absolute('engine/index.ts')};
export default pipeline('changes')
  .source(kafka({ topic: 'changes', schema: z.object({ item: z.string(), t: z.int() }) }))
  .eventTime(({ t }) => t, { maxOutOfOrdernessMs: 0 })
  .keyBy('item', { receivers: [2] })
  .window(tumbling({ sizeMs: 1_000 }))
  .aggregate({ n: count() })
  .to(resultTable(), lake());
`;
type Row = Readonly<Record<string, unknown>>;
const linesOf = ({ stdout }: { readonly stdout: string }): Row[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);

describeService('a topic whose records have no keys', () => {
  let broker: KafkaBroker;
  let folder: string;
  let definition: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-unkeyed-'));
    definition = join(folder, 'changes.ts');
    writeFileSync(definition, MODULE);
    broker = await startKafka();
    await makeTopic(broker.bootstrap, 'changes', { partitions: PARTITIONS });
  });
  afterAll(async () => {
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const command = (name: string, ...args: string[]) => {
    const done = tidemark(name, definition, ...args, '--data-dir', join(folder, 'd'));
    expect([name, done.status, done.status === 0 ? '' : done.stderr]).toEqual([name, 0, '']);
    return done;
  };
  const local = (): Row => linesOf(command('local', '--kafka', broker.bootstrap, '--exit', '--json'))[0] as Row;
  const counts = (): Row =>
    Object.fromEntries(
      linesOf(command('results', '--json')).map(({ key, windowStartMs, n }) => [`${key}@${windowStartMs}`, n]),
    );

  it('is grouped by a field, wherever its producers put the records and whatever their keys are', async () => {
    const producer = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING }).producer({
      // One that repeats its request puts nothing twice.
      idempotent: true,
    });
    await producer.connect();
    const keys = [null, Buffer.from([0xc0, 0x80]), Buffer.from('anything')];
    const records = Array.from({ length: 90 }, (_, i) => ({
      partition: i % PARTITIONS,
      key: keys[i % 5] ?? null,
      value: JSON.stringify({ item: `i${i % 4}`, t: i }),
    }));
    const last = Array.from({ length: PARTITIONS }, (_, partition) => ({
      partition,
      key: null,
      value: JSON.stringify({ item: 'last', t: 1_000 }),
    }));
    await producer.send({
      topic: 'changes',
      messages: [...records, ...last, { partition: 0, key: null, value: null }],
    });
    await producer.disconnect();
    expect(local()).toMatchObject({ recordsIn: 94, deadLetters: 1 });
    expect(linesOf(command('dead-letters', '--json'))).toEqual([expect.objectContaining({ code: 'TOMBSTONE' })]);
    expect(counts()).toEqual({ 'i0@0': 23, 'i1@0': 23, 'i2@0': 22, 'i3@0': 22 });
  });

  it('takes what is sent to it, spread over its partitions', () => {
    const file = join(folder, 'in.ndjson');
    writeFileSync(file, Array.from({ length: 60 }, () => '{"item":"i9","t":2500}\n').join(''));
    command('send', file, '--kafka', broker.bootstrap);
    writeFileSync(file, Array.from({ length: 60 }, () => '{"item":"end","t":9000}\n').join(''));
    command('send', file, '--kafka', broker.bootstrap);
    expect(local()).toMatchObject({ late: 0, deadLetters: 1 });
    expect(counts()).toMatchObject({ 'last@1000': 3, 'i9@2000': 60 });
    const read = linesOf(command('inspect', '--kafka', broker.bootstrap, '--json'))
      .filter(({ exchange }) => exchange === null)
      .map(({ recordsIn }) => Number(recordsIn));
    expect(read).toHaveLength(PARTITIONS);
    expect(Math.min(...read)).toBeGreaterThan(45);
  });
});
