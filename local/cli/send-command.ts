import { createReadStream } from 'node:fs';
import { requireKafka, requireKinesis } from '../../engine/dsl/sources.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import type { Topology } from '../../engine/topology.ts';
import { isKind, messageOf, requireSetting, TidemarkError } from '../../engine/errors.ts';
import { kinesisClient } from '../aws/clients.ts';
import { ensureStream } from '../aws/stream.ts';
import { startKinesis } from '../emulators/start.ts';
import { callsOf, putRecords } from '../feeder/put-records.ts';
import type { InputRecord } from '../inputs/input.ts';
import { ndjsonInput, ndjsonRecords } from '../inputs/ndjson.ts';
import { localConnect } from '../kafka/environment.ts';
import { loadPipeline } from '../load-pipeline.ts';
import { namedSource } from '../named-source.ts';
import { grouped } from '../report/progress.ts';
import { kafkaSource } from '../source/kafka-source.ts';
import { pipelineDir, prepareDataDir } from '../storage/data-dir.ts';
import { textFlag, type FlagTexts } from './flags.ts';
import { brokersOf, dataDirOf } from './local-options.ts';
import { withService } from './with-service.ts';

type Pieces = AsyncIterable<readonly InputRecord[]>;

/** `tidemark send <pipeline> FILE.ndjson|-`: every line that is not blank as a record, each time it is called. */
export async function sendCommand(pipeline: string, file: string, flags: FlagTexts): Promise<number> {
  const source = textFlag(flags, 'source', 'pass the name of a stream or topic');
  const topology = namedSource(await loadPipeline(pipeline), source);
  const { kind, partitionKey } = topology.source;
  const send = kind === 'kinesis' ? intoStream : intoTopic;
  if (file !== '-') await ndjsonInput(file, partitionKey); // all of it can be sent, or nothing is
  const { sent, next } = await send(
    topology,
    flags,
    ndjsonRecords(file === '-' ? process.stdin : createReadStream(file), partitionKey),
  );
  if (sent === 0) process.stderr.write(`${file === '-' ? 'stdin' : file} holds no records: nothing was sent\n`);
  else
    process.stderr.write(
      `${grouped(sent)} records are in ${kind === 'kinesis' ? 'stream' : 'topic'} ${nameOfSource(topology.source)}${next === undefined ? '' : `; tidemark local ${pipeline}${next} processes them`}\n`,
    );
  return 0;
}

interface Sent {
  readonly sent: number;
  /** Flags of the command that processes them; undefined: it is at work. */
  readonly next: string | undefined;
}

async function intoStream(topology: Topology, flags: FlagTexts, pieces: Pieces): Promise<Sent> {
  const { stream } = requireKinesis(topology.source, 'tidemark send');
  const dir = pipelineDir(dataDirOf(flags), topology.name);
  prepareDataDir(dataDirOf(flags));
  return withService(
    dir,
    () => startKinesis(dir.kinesis),
    (run) => run.kinesisEndpoint,
    async (endpoint, running) => {
      const client = kinesisClient(endpoint, 1);
      try {
        await ensureStream(client, stream, undefined);
        return {
          sent: await sendAll(pieces, (records) => putRecords(client, stream, records)),
          next: running ? undefined : '',
        };
      } finally {
        client.destroy();
      }
    },
  );
}

/** Into the partitions of murmur2. @throws INVALID_SETTING (invalid) for a topic whose producers choose partitions by something else */
async function intoTopic(topology: Topology, flags: FlagTexts, pieces: Pieces): Promise<Sent> {
  const { topic, partitioner, partitionKey } = requireKafka(topology.source, 'tidemark send');
  requireSetting(
    'partitioner',
    partitioner,
    partitioner === 'murmur2' || partitionKey === undefined,
    "'murmur2' for tidemark send",
    'put the records with a producer of your own, which knows where their keys belong',
  );
  const brokers = brokersOf(topology, flags);
  const { target, close } = await kafkaSource(await localConnect(brokers)(), topology.name, topic, undefined);
  try {
    return { sent: await sendAll(pieces, (records) => target.put(records)), next: ` --kafka ${brokers.join()}` };
  } finally {
    await close();
  }
}

async function sendAll(pieces: Pieces, put: (records: readonly InputRecord[]) => Promise<unknown>): Promise<number> {
  let sent = 0;
  try {
    for await (const piece of pieces) {
      for (const call of callsOf(piece)) {
        await put(call);
        sent += call.length;
      }
    }
    return sent;
  } catch (error) {
    if (sent === 0 && isKind(error, 'invalid')) throw error;
    throw new TidemarkError(
      'unavailable',
      'SEND_FAILED',
      `only the first ${grouped(sent)} lines were surely sent: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
