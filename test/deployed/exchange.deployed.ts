import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SqsDoorbell } from '../../adapters/sqs/doorbell.ts';
import { intervalMs } from '../../engine/exchange/pace.ts';
import type { StackClients } from '../../operate/stack/clients.ts';
import rides, { type Ride } from './exchange/rides.ts';
import trips from './exchange/trips.ts';
import { describeDeployed } from './support/describe-deployed.ts';
import { allowing } from './support/allow-action.ts';
import { clientsOf, deployedPipeline, sqsOf, type DeployedPipeline } from './support/deployed-pipeline.ts';
import { emulator, type RunningEmulator } from './support/emulator.ts';
import { eventually } from './support/eventually.ts';
import { npmRun } from './support/npm-run.ts';
import type { z } from 'zod';

const STACK = 'Tidemark-rides-dev';
const STREAM = 'rides-dev';
/** The same behind two exchanges. */
const TWO = { stack: 'Tidemark-trips-dev', stream: 'trips-dev' };
const MINUTE_MS = 60_000;
const CITIES = ['Bergen', 'Graz', 'Lyon', 'Turku', 'Vigo'] as const;
/** So many windows of a second, each with a ride of each driver to each city. */
const WINDOWS = 20;
const DRIVERS = ['ann', 'ben', 'cem'] as const;

async function attributesOf(sqs: SQSClient, QueueUrl: string): Promise<Record<string, string>> {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return Attributes;
}

/** Through a stream, two functions and the queue between them, as an emulator deploys them. */
describeDeployed('pipelines with one and with two exchanges on an emulator', () => {
  let running: RunningEmulator;
  let clients: StackClients;
  let pipeline: DeployedPipeline;
  let two: DeployedPipeline;

  beforeAll(async () => {
    running = await emulator();
    clients = clientsOf(running);
    pipeline = deployedPipeline(clients, STACK, rides.topology);
    two = deployedPipeline(clients, TWO.stack, trips.topology);
  });

  afterAll(async () => {
    Object.values(clients ?? {}).forEach((client: { destroy(): void }) => client.destroy());
    await running?.stop();
  });

  async function doorbellUrl(): Promise<string> {
    const { Stacks = [] } = await clients.cloudformation.send(new DescribeStacksCommand({ StackName: STACK }));
    const output = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'DoorbellUrl');
    return output?.OutputValue ?? '';
  }

  async function put(taken: ReadonlyArray<z.infer<typeof Ride>>): Promise<void> {
    const Records = taken.map((ride) => ({ PartitionKey: ride.driver, Data: Buffer.from(JSON.stringify(ride)) }));
    for (const StreamName of [STREAM, TWO.stream]) {
      const { FailedRecordCount } = await clients.kinesis.send(new PutRecordsCommand({ StreamName, Records }));
      expect(FailedRecordCount).toBe(0);
    }
  }

  it('are deployed with npm run deploy:local', async () => {
    const deployed = await npmRun(running, 'deploy:local', 'rides', 'trips', '--folder', 'test/deployed/exchange');
    expect(deployed).toMatchObject({ status: 0 });
  });

  it(
    'count every record once by its new key, and every result of it once by the key after that',
    async () => {
      // Of AWS the right to send a message is that to send several; MiniStack asks for another.
      const batches = { roles: ['ProcessorRole', 'TickRole', 'Receiver'], action: 'sqs:SendMessageBatch' };
      await allowing(clients, [STACK, TWO.stack], batches, async () => {
        for (let window = 0; window <= WINDOWS; window++) {
          const atMs = window * 1_000 + 500;
          await put(DRIVERS.flatMap((driver) => CITIES.map((city, i) => ({ driver, city, atMs, fare: i + 1 }))));
        }
        const rows = await eventually(
          'a result for every city and window that has ended',
          2 * MINUTE_MS,
          () => pipeline.results(),
          ({ length }) => length >= WINDOWS * CITIES.length,
        );
        const found = rows.map(({ key, windowStartMs, rides: n, fares }) => [key, windowStartMs, n, fares]);
        const wanted = CITIES.flatMap((city, i) =>
          Array.from({ length: WINDOWS }, (_, window) => [
            city,
            window * 1_000,
            DRIVERS.length,
            DRIVERS.length * (i + 1),
          ]),
        );
        const byPlace = (a: readonly unknown[], b: readonly unknown[]): number =>
          String(a[0]).localeCompare(String(b[0])) || Number(a[1]) - Number(b[1]);
        expect(found.sort(byPlace)).toEqual(wanted);
        const ofAll = await eventually(
          'a result of all cities for every window that has ended',
          2 * MINUTE_MS,
          () => two.results(),
          ({ length }) => length >= WINDOWS,
        );
        const rideCount = CITIES.length * DRIVERS.length;
        const fares = CITIES.reduce((sum, _, i) => sum + DRIVERS.length * (i + 1), 0);
        expect(
          ofAll
            .map(({ key, windowStartMs, cities, rides: n, fares: sum }) => [key, windowStartMs, cities, n, sum])
            .sort(byPlace),
        ).toEqual(
          Array.from({ length: WINDOWS }, (_, window) => ['all', window * 1_000, CITIES.length, rideCount, fares]),
        );
      });
    },
    3 * MINUTE_MS,
  );

  it(
    'hands one ring over for all of a pace, when the pace is over',
    async () => {
      const sqs = sqsOf(running);
      try {
        const deployed = await attributesOf(sqs, await doorbellUrl());
        expect(deployed).toMatchObject({ DelaySeconds: '1', FifoQueue: 'true', DeduplicationScope: 'messageGroup' });
        // The same without the mapping that empties it.
        const names = ['DelaySeconds', 'FifoQueue', 'DeduplicationScope', 'FifoThroughputLimit', 'VisibilityTimeout'];
        const Attributes = Object.fromEntries(names.map((name) => [name, deployed[name] ?? '']));
        const { QueueUrl: queueUrl = '' } = await sqs.send(
          new CreateQueueCommand({ QueueName: 'twin.fifo', Attributes }),
        );
        const missed: unknown[] = [];
        let nowMs = 1_800_000_000_000;
        const clock = { nowMs: () => nowMs, sleep: () => Promise.reject(new Error('nothing waits here')) };
        const doorbell = new SqsDoorbell({
          client: sqs,
          queueUrl,
          paceMs: 1_000,
          clock,
          missed: (...told) => missed.push(told),
        });
        const WaitTimeSeconds = 5;
        const handedOver = async (): Promise<readonly [bodies: string[], afterMs: number]> => {
          const given = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds };
          const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(given));
          for (const { ReceiptHandle } of Messages)
            await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
          return [Messages.map(({ Body = '' }) => Body), Date.now() - rungMs];
        };
        const rungMs = Date.now();
        for (let ring = 0; ring < 5; ring++) await doorbell.ring('by-city', [0]);
        const [bodies, afterMs] = await handedOver();
        expect(bodies).toEqual(['{"exchange":"by-city","receiver":0}']);
        expect(afterMs).toBeGreaterThanOrEqual(1_000);
        // Also when the one that it had is done with.
        await doorbell.ring('by-city', [0]);
        expect((await handedOver())[0]).toEqual([]);
        nowMs += intervalMs(1_000);
        await doorbell.ring('by-city', [0]);
        expect((await handedOver())[0]).toHaveLength(1);
        expect(missed).toEqual([]);
      } finally {
        sqs.destroy();
      }
    },
    MINUTE_MS,
  );

  it('are destroyed with npm run destroy:local', async () => {
    expect(await npmRun(running, 'destroy:local')).toMatchObject({ status: 0 });
  });
});
