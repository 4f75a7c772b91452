import { createReadStream } from 'node:fs';
import { requireKinesis } from '../../engine/dsl/sources.ts';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import { kinesisClient } from '../aws/clients.ts';
import { ensureStream } from '../aws/stream.ts';
import { startKinesis } from '../emulators/start.ts';
import { callsOf, putRecords } from '../feeder/put-records.ts';
import type { InputRecord } from '../inputs/input.ts';
import { ndjsonInput, ndjsonRecords } from '../inputs/ndjson.ts';
import { loadPipeline } from '../load-pipeline.ts';
import { grouped } from '../report/progress.ts';
import { pipelineDir, prepareDataDir } from '../storage/data-dir.ts';
import type { FlagTexts } from './flags.ts';
import { dataDirOf } from './local-options.ts';
import { withService } from './with-service.ts';

/** `tidemark send <pipeline> FILE.ndjson|-`: every line as a record, each time it is called. */
export async function sendCommand(pipeline: string, file: string, flags: FlagTexts): Promise<number> {
  const { topology } = await loadPipeline(pipeline);
  const { partitionKey, stream } = requireKinesis(topology.source, 'tidemark send');
  if (file !== '-') await ndjsonInput(file, partitionKey); // all of it can be sent, or nothing is
  const records = ndjsonRecords(file === '-' ? process.stdin : createReadStream(file), partitionKey);
  const dir = pipelineDir(dataDirOf(flags), topology.name);
  prepareDataDir(dataDirOf(flags));
  await withService(dir, () => startKinesis(dir.kinesis), (run) => run.kinesisEndpoint, async (endpoint, running) => {
    const sent = await send(endpoint, stream, records);
    const next = running ? '' : `; tidemark local ${pipeline} processes them`;
    process.stderr.write(`${grouped(sent)} records are in stream ${stream}${next}\n`);
  });
  return 0;
}

async function send(endpoint: string, stream: string, pieces: AsyncIterable<readonly InputRecord[]>): Promise<number> {
  const client = kinesisClient(endpoint, 1);
  let sent = 0;
  try {
    await ensureStream(client, stream, undefined);
    for await (const piece of pieces) {
      for (const call of callsOf(piece)) {
        await putRecords(client, stream, call);
        sent += call.length;
      }
    }
    return sent;
  } catch (error) {
    throw new TidemarkError('unavailable', 'SEND_FAILED', `only the first ${grouped(sent)} lines were surely sent: ${messageOf(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}
