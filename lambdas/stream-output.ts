import { KinesisClient } from '@aws-sdk/client-kinesis';
import { StreamSink } from '../adapters/kinesis/stream-sink.ts';
import type { Sink } from '../engine/ports.ts';
import { sentOnce } from './sent-once.ts';

/** Results that a Kinesis stream takes. */
export const streamOutput = (stream: string, oversized: Sink): Sink =>
  new StreamSink({ client: new KinesisClient(sentOnce()), stream, oversized });
