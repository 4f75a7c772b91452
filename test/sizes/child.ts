/**
 * A function instance in a process of its own: `child.ts write|recover <settings as JSON>`. Prints one line of JSON per
 * event; whoever started it may kill it at any moment.
 */
import { DynamoDbLogStore } from '../../adapters/dynamodb/log-store.ts';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import { freshProcessor } from '../../bench/processor.ts';
import { readings, readingsOf, SHARD } from '../../bench/readings.ts';
import { NullSink } from '../../bench/sinks.ts';
import type { Sink } from '../../engine/ports.ts';
import { processBatch } from '../../engine/process-batch.ts';
import type { Processor } from '../../engine/processor.ts';
import { dynamodbClient } from '../../local/aws/clients.ts';
import { logTableName } from '../../local/aws/tables.ts';
import { CountingSink } from './counting-sink.ts';
import { perSecondOf, type ChildSettings, type Recovered, type Written } from './settings.ts';

const [role, json] = process.argv.slice(2);
const settings = JSON.parse(json ?? '') as ChildSettings;
await (role === 'write' ? write(settings) : recover(settings));

function processorOf({ endpoint, blobs }: ChildSettings, sink: Sink): { processor: Processor; close: () => void } {
  const client = dynamodbClient(endpoint);
  const logs = new DynamoDbLogStore({ client, table: logTableName(readings.topology.name) });
  return {
    processor: freshProcessor(readings.topology, { logs, blobs: new FileBlobStore(blobs, { fsync: false }) }, sink),
    close: () => client.destroy(),
  };
}

/** Every key twice, from wherever the log has come to. */
async function write(given: ChildSettings): Promise<void> {
  const { keys, batch } = given;
  const { processor, close } = processorOf(given, new NullSink());
  const reached = await processor.logs.use(SHARD, async ({ state }) => state.reached);
  for (let from = Number(reached) + 1; from < 2 * keys; from += batch) {
    const records = [
      ...readingsOf({ keys, perSecond: perSecondOf(given), order: 'in turn' }, from, Math.min(batch, 2 * keys - from)),
    ];
    const { openWindows } = await processBatch(processor, { partition: SHARD, records });
    say({ reached: from + records.length - 1, openWindows } satisfies Written);
  }
  close();
}

/** Recovers, then lets every window fire at once, into a sink that looks at each result. */
async function recover(given: ChildSettings): Promise<void> {
  const sink = new CountingSink();
  const { processor, close } = processorOf(given, sink);
  const startMs = performance.now();
  const [stateHash, reached] = await processor.logs.use(
    SHARD,
    async ({ state }) => [state.stateHash, state.reached] as const,
  );
  const recoveryMs = performance.now() - startMs;
  const firingMs = performance.now();
  const last = [
    ...readingsOf({ keys: given.keys, perSecond: perSecondOf(given), order: 'in turn' }, 2 * given.keys, 1),
  ][0];
  if (last === undefined) throw new Error('there must be a record that ends all windows, got none');
  const { device } = JSON.parse(Buffer.from(last.data).toString()) as { device: string };
  const timeMs = last.arrivalTimeMs + 600_000;
  await processBatch(processor, {
    partition: SHARD,
    records: [{ ...last, arrivalTimeMs: timeMs, data: Buffer.from(JSON.stringify({ device, timeMs, value: 0 })) }],
  });
  say({
    stateHash,
    reached: Number(reached),
    recoveryMs,
    firingMs: performance.now() - firingMs,
    rssMb: process.resourceUsage().maxRSS / 1_024,
    ...sink.found,
  } satisfies Recovered);
  close();
}

function say(line: Written | Recovered): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
