import { FirehoseClient } from '@aws-sdk/client-firehose';
import { FirehoseSink } from '../adapters/firehose/firehose-sink.ts';
import type { Sink } from '../engine/ports.ts';
import { sentOnce } from './sent-once.ts';

/** Results that Firehose takes to the lake. */
export const firehoseOutput = (stream: string, oversized: Sink): Sink =>
  new FirehoseSink({ client: new FirehoseClient(sentOnce()), stream, oversized });
