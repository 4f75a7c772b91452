import { kinesisClient } from '../aws/clients.ts';
import { KinesisShards } from '../../adapters/kinesis/shards.ts';
import type { StreamInfo } from '../aws/stream.ts';
import { Checkpoints } from '../event-source/checkpoints.ts';
import { EventSource } from '../event-source/event-source.ts';
import { kinesisTarget } from '../feeder/kinesis-target.ts';
import type { EventSourceSettings, LocalEventSource, LocalSource } from './local-source.ts';

/** A stream in the Kinesis emulator. */
export function kinesisSource(endpoint: string, stream: StreamInfo): LocalSource {
  const client = kinesisClient(endpoint);
  // Makes one attempt per call: see `putRecords`.
  const putClient = kinesisClient(endpoint, 1);
  let checkpoints: Checkpoints | undefined;
  return {
    stream,
    handler: 'process-kinesis',
    environment: { TIDEMARK_STREAM: stream.name }, // the emulator knows no ARNs
    target: kinesisTarget(putClient, stream),
    eventSource({ files, ...settings }: EventSourceSettings): LocalEventSource {
      checkpoints = new Checkpoints(files.checkpointFile, stream.createdAtMs);
      return new EventSource({ client, stream, checkpoints, ...settings });
    },
    isEmpty: async () => true,
    shards: () => new KinesisShards(client).shards({ source: stream.name }),
    close: async () => {
      client.destroy();
      putClient.destroy();
      checkpoints?.save();
    },
  };
}
