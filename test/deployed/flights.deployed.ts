import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import type { StackClients } from '../../operate/stack/clients.ts';
import type { Row } from '../verify/compare.ts';
import { expectedOf } from '../verify/expected.ts';
import { verdictOf } from '../verify/verdict.ts';
import compatible from './compatible/flights.ts';
import { allowingGetRecords } from './support/allow-get-records.ts';
import { describeDeployed } from './support/describe-deployed.ts';
import { clientsOf, deployedPipeline, type DeployedPipeline } from './support/deployed-pipeline.ts';
import { emulator, type RunningEmulator } from './support/emulator.ts';
import { eventually } from './support/eventually.ts';
import { npmRun, type Ended } from './support/npm-run.ts';
import { POISON, putPoison } from './support/poison.ts';
import { FlightsProducer } from './support/producer.ts';

const STACK = 'Tidemark-flights-dev';
const STREAM = 'departures-dev';
const MINUTE_MS = 60_000;

/** One life of a pipeline, in the order of its tests; records flow from the first deployment until all is compared. */
describeDeployed('flights on an emulator', () => {
  let running: RunningEmulator;
  let clients: StackClients;
  let pipeline: DeployedPipeline;
  let producer: FlightsProducer;
  const deploy = (...args: readonly string[]): Promise<Ended> => npmRun(running, 'deploy:local', 'flights', ...args);
  const recordsIn = async (): Promise<number> =>
    (await pipeline.shards()).reduce((sum, shard) => sum + shard.recordsIn, 0);

  beforeAll(async () => {
    running = await emulator();
    clients = clientsOf(running);
    pipeline = deployedPipeline(clients, STACK, compatible.topology);
  });

  afterAll(async () => {
    await producer?.stop();
    Object.values(clients ?? {}).forEach((client: { destroy(): void }) => client.destroy());
    await running?.stop();
  });

  it('gives its first result soon after the beginning of npm run deploy:local', async () => {
    const startMs = Date.now();
    const deployed = await deploy();
    expect(deployed).toMatchObject({ status: 0, stdout: expect.stringContaining(`--stream-name ${STREAM}`) });
    producer = new FlightsProducer(clients.kinesis, STREAM);
    await eventually(
      'the first result',
      MINUTE_MS,
      () => pipeline.results(),
      ({ length }) => length > 0,
    );
    // Printed and not asserted: on a machine that does something else besides, it says nothing of the pipeline.
    const seconds = (elapsedMs: number): string => (elapsedMs / 1_000).toFixed(1);
    process.stderr.write(
      `test:deployed: first result after ${seconds(Date.now() - startMs)} s (60 wanted), of which npm run deploy:local took ${seconds(deployed.elapsedMs)}\n`,
    );
  });

  it('keeps what nobody can count as dead letters, with the reason and the original bytes, and goes on', async () => {
    await putPoison(clients.kinesis, STREAM);
    const letters = await eventually(
      'all dead letters',
      MINUTE_MS,
      () => pipeline.lake('dead-letters'),
      ({ length }) => length >= POISON.length,
    );
    expect(letters.map(({ code, data }) => ({ code, data }))).toEqual(
      POISON.map(({ code, data }) => ({ code, data: data.toString('base64') })),
    );
    const before = await recordsIn();
    await eventually('records after the poison', MINUTE_MS, recordsIn, (now) => now > before);
  });

  it('deploys over itself while records flow', async () => {
    expect(await deploy()).toMatchObject({ status: 0, stderr: expect.stringContaining('(no changes)') });
  });

  it('goes on after a compatible change: larger batches, and an aggregate more', async () => {
    expect(await deploy('--folder', 'test/deployed/compatible')).toMatchObject({ status: 0 });
    const before = await recordsIn();
    await eventually('records after the change', MINUTE_MS, recordsIn, (now) => now > before + 1_000);
  });

  it('refuses an incompatible change before it reads a record, and goes on with the definition before it', async () => {
    expect(await deploy('--folder', 'test/deployed/incompatible')).toMatchObject({ status: 0 });
    await eventually(
      'a failed batch',
      MINUTE_MS,
      () => pipeline.lastProcessingResult(),
      (result) => /FAILED|PROBLEM/.test(result),
    );
    const before = await recordsIn();
    const doctor = await npmRun(
      running,
      'tidemark',
      'doctor',
      'test/deployed/incompatible/flights.ts',
      '--stack',
      STACK,
      '--json',
    );
    expect(doctor.stdout).toMatch(/"id":"state-schema"[^\n]*"verdict":"problem"[^\n]*-window: tumbling\(size=3600000/);
    expect(await recordsIn()).toBe(before);
    expect(await deploy('--folder', 'test/deployed/compatible')).toMatchObject({ status: 0 });
    await eventually('records after the way back', MINUTE_MS, recordsIn, (now) => now > before + 1_000);
  });

  it(
    'has the results, the lake, the late records and the counts that DuckDB computes',
    async () => {
      const records = await producer.stop();
      await eventually('all records', 3 * MINUTE_MS, recordsIn, (now) => now === records + POISON.length);
      const run = await pipeline.run(POISON.length);
      const expected = await expectedOf({ records, shards: 1 });
      const verdict = verdictOf(expected, {
        ...run,
        results: run.results.map(beforeTheChange),
        lake: run.lake.map(beforeTheChange),
      });
      expect(verdict).toEqual(verdict.map(({ what, compared }) => ({ what, compared, differences: 0, first: [] })));
      process.stderr.write(
        `test:deployed: ${records} flights, ${run.results.length} results, ${run.lake.length} firings, ${run.late.length} late: as DuckDB computes them\n`,
      );
      expect(run.late.length).toBeGreaterThan(0);
      const ofOneFlight = run.results.filter(
        ({ departures, longestMiles }) => departures === 1 && typeof longestMiles === 'number',
      );
      expect(ofOneFlight.length).toBeGreaterThan(0);
      for (const { longestMiles, totalDistanceMiles } of ofOneFlight) expect(longestMiles).toBe(totalDistanceMiles);
    },
    4 * MINUTE_MS,
  );

  it(
    'fires the last windows when input has stopped: the schedule calls the tick',
    async () => {
      const departures = async (): Promise<number> =>
        (await pipeline.results()).reduce((sum, row) => sum + Number(row['departures']), 0);
      await allowingGetRecords(clients, STACK, async () => {
        const [{ counted = 0 } = {}] = await eventually(
          'the tick',
          3 * MINUTE_MS,
          () => pipeline.shards(),
          (shards) => shards.every(({ openWindows }) => openWindows === 0),
        );
        await eventually('every departure in a result', MINUTE_MS, departures, (now) => now >= counted);
        expect(await departures()).toBe(counted);
      });
    },
    5 * MINUTE_MS,
  );

  it('leaves nothing behind when it is destroyed', async () => {
    expect(await npmRun(running, 'destroy:local')).toMatchObject({ status: 0 });
    const { TableNames } = await clients.dynamodb.send(new ListTablesCommand({}));
    const { StreamNames } = await clients.kinesis.send(new ListStreamsCommand({}));
    const { Functions } = await clients.lambda.send(new ListFunctionsCommand({}));
    const { Buckets = [] } = await clients.s3.send(new ListBucketsCommand({}));
    const buckets = Buckets.filter(({ Name = '' }) => !Name.startsWith('cdk-'));
    expect({ TableNames, StreamNames, Functions, buckets }).toEqual({
      TableNames: [],
      StreamNames: [],
      Functions: [],
      buckets: [],
    });
  });
});

/** A row as the first definition gives it. */
function beforeTheChange({ longestMiles: _added, ...row }: Row): Row {
  return row;
}
