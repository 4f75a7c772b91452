import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kinesisClient } from '../../local/aws/clients.ts';
import { startKinesis } from '../../local/emulators/start.ts';
import { flightsInput } from '../../local/inputs/flights.ts';
import { pipelineDir } from '../../local/storage/data-dir.ts';
import { aggregateOf, type ToPack } from '../support/aggregate.ts';
import { tidemark } from './command.ts';
import { textWithoutEpoch } from '../support/without-epoch.ts';

const RECORDS = 6_000;
/** Flights in one record. */
const PACKED = 250;

describe('flights that a producer packed', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-aggregated-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('give the very results of flights that were put one by one, and a damaged record is kept', async () => {
    const [plain, packed, nothing] = [join(folder, 'plain'), join(folder, 'packed'), join(folder, 'nothing.ndjson')];
    const onePlain = tidemark(
      'local',
      'flights',
      '--records',
      String(RECORDS),
      '--shards',
      '1',
      '--data-dir',
      plain,
      '--exit',
      '--json',
    );
    expect(onePlain.status).toBe(0);

    writeFileSync(nothing, '');
    const empty = ['local', 'flights', '--input', nothing, '--data-dir', packed, '--exit', '--json'];
    expect(tidemark(...empty, '--shards', '1')).toMatchObject({ status: 0 });
    await putPacked(pipelineDir(packed, 'flights').kinesis);
    const onePacked = tidemark(...empty);
    expect(onePacked.status).toBe(0);

    const totals = ({ stdout }: { stdout: string }) => {
      const { recordsIn, counted, late, deadLetters, results, firings, openWindows } = JSON.parse(stdout);
      return { recordsIn, counted, late, deadLetters, results, firings, openWindows };
    };
    const want = totals(onePlain);
    expect(totals(onePacked)).toEqual({ ...want, recordsIn: want.recordsIn + 1, deadLetters: 1 });
    const results = (dataDir: string) =>
      textWithoutEpoch(tidemark('results', 'flights', '--data-dir', dataDir, '--json').stdout);
    expect(results(plain).length).toBeGreaterThan(10_000);
    expect(results(packed)).toBe(results(plain));
    const dead = tidemark('dead-letters', 'flights', '--data-dir', packed, '--json')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { code: string; data: string });
    expect(dead).toMatchObject([{ code: 'AGGREGATE_DAMAGED', data: damaged().toString('base64') }]);
  }, 120_000);
});

/** All flights in the order of their publication, and one packed record that was changed on its way. */
async function putPacked(path: string): Promise<void> {
  const kinesis = await startKinesis(path);
  const client = kinesisClient(kinesis.endpoint, 1);
  try {
    const flights: ToPack[] = [];
    for await (const piece of flightsInput().read(0, RECORDS)) flights.push(...piece);
    for (let from = 0; from < flights.length; from += PACKED) {
      const Records = [{ PartitionKey: 'packed', Data: aggregateOf(flights.slice(from, from + PACKED)) }];
      if (from === 0) Records.push({ PartitionKey: 'damaged', Data: damaged() });
      await client.send(new PutRecordsCommand({ StreamName: 'departures', Records }));
    }
  } finally {
    client.destroy();
    await kinesis.stop();
  }
}

const damaged = (): Buffer => Buffer.from(aggregateOf([{ partitionKey: 'JFK', data: '{}' }])).fill(0, 6, 7);
