import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StackClients } from '../../operate/stack/clients.ts';
import rides, { type Ride } from './exchange/rides.ts';
import { describeDeployed } from './support/describe-deployed.ts';
import { allowing } from './support/allow-action.ts';
import { clientsOf, deployedPipeline, type DeployedPipeline } from './support/deployed-pipeline.ts';
import { emulator, type RunningEmulator } from './support/emulator.ts';
import { eventually } from './support/eventually.ts';
import { npmRun } from './support/npm-run.ts';
import type { z } from 'zod';

const STACK = 'Tidemark-rides-dev';
const STREAM = 'rides-dev';
const MINUTE_MS = 60_000;
const CITIES = ['Bergen', 'Graz', 'Lyon', 'Turku', 'Vigo'] as const;
/** So many windows of a second, each with a ride of each driver to each city. */
const WINDOWS = 20;
const DRIVERS = ['ann', 'ben', 'cem'] as const;

/** Through a stream, two functions and the queue between them, as an emulator deploys them. */
describeDeployed('a pipeline with an exchange on an emulator', () => {
  let running: RunningEmulator;
  let clients: StackClients;
  let pipeline: DeployedPipeline;

  beforeAll(async () => {
    running = await emulator();
    clients = clientsOf(running);
    pipeline = deployedPipeline(clients, STACK, rides.topology);
  });

  afterAll(async () => {
    Object.values(clients ?? {}).forEach((client: { destroy(): void }) => client.destroy());
    await running?.stop();
  });

  async function put(taken: ReadonlyArray<z.infer<typeof Ride>>): Promise<void> {
    const Records = taken.map((ride) => ({ PartitionKey: ride.driver, Data: Buffer.from(JSON.stringify(ride)) }));
    const { FailedRecordCount } = await clients.kinesis.send(new PutRecordsCommand({ StreamName: STREAM, Records }));
    expect(FailedRecordCount).toBe(0);
  }

  it('is deployed with npm run deploy:local', async () => {
    const deployed = await npmRun(running, 'deploy:local', 'rides', '--folder', 'test/deployed/exchange');
    expect(deployed).toMatchObject({ status: 0 });
  });

  it(
    'counts every record once by its new key',
    async () => {
      // Of AWS the right to send a message is that to send several; MiniStack asks for another.
      const batches = { roles: ['ProcessorRole', 'TickRole', 'ReceiverRole'], action: 'sqs:SendMessageBatch' };
      await allowing(clients, STACK, batches, async () => {
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
      });
    },
    3 * MINUTE_MS,
  );

  it('is destroyed with npm run destroy:local', async () => {
    expect(await npmRun(running, 'destroy:local')).toMatchObject({ status: 0 });
  });
});
