import { afterAll, describe, expect, it } from '@jest/globals';
import { DescribeStreamSummaryCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kinesisClient } from '../../local/aws/clients.ts';
import { ensureStream } from '../../local/aws/stream.ts';
import { reasonIn } from '../../local/emulators/emulator.ts';
import { startKinesis } from '../../local/emulators/start.ts';
import { ShardReader } from '../../local/event-source/shard-reader.ts';

describe('an emulator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-emulator-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('keeps its records over a kill, and every byte of them', async () => {
    const path = join(folder, 'kinesis');
    const bodies = [Buffer.alloc(0), Buffer.from([0, 255, 10, 13]), Buffer.alloc(1_048_576, 1)];
    const first = await startKinesis(path);
    const writer = kinesisClient(first.endpoint);
    await ensureStream(writer, 's', 1);
    await writer.send(
      new PutRecordsCommand({ StreamName: 's', Records: bodies.map((Data) => ({ PartitionKey: 'k', Data })) }),
    );
    writer.destroy();
    await first.stop();

    const second = await startKinesis(path);
    const client = kinesisClient(second.endpoint);
    const { shards } = await ensureStream(client, 's', undefined);
    const records = await new ShardReader(client, 's', shards[0] ?? '', undefined).next();
    expect(
      records.map(({ Data }) =>
        Buffer.from(Data ?? []).equals(bodies[records.findIndex((one) => one.Data === Data)] ?? Buffer.from('?')),
      ),
    ).toEqual([true, true, true]);
    const summary = await client.send(new DescribeStreamSummaryCommand({ StreamName: 's' }));
    expect(summary.StreamDescriptionSummary?.RetentionPeriodHours).toBe(168);
    await expect(ensureStream(client, 's', 2)).rejects.toMatchObject({
      message: 'shards must be 1, as the stream has, got 2; leave it out, or start over with --fresh',
    });
    client.destroy();
    await second.stop();
  });

  it('tells its own reason in one line', () => {
    expect(reasonIn('\nnode:internal\n  throw x\nError [OpenError]: IO error: lock /x/LOCK: busy\n    at a\n')).toBe(
      'Error [OpenError]: IO error: lock /x/LOCK: busy',
    );
    expect(reasonIn('/x/index.js:408\n throw err\n ^\n\n[Error: IO error: full] {\n code: 1 }\n')).toBe(
      'Error: IO error: full',
    );
    expect(reasonIn('')).toBe('');
  });
});
