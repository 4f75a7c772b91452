import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { emitBatchReport } from '../adapters/cloudwatch/telemetry.ts';
import { decodeKinesisEvent } from '../adapters/kinesis/decode-event.ts';
import { HashRanges } from '../adapters/kinesis/hash-ranges.ts';
import { StreamIncarnations } from '../adapters/kinesis/incarnations.ts';
import { KinesisShards } from '../adapters/kinesis/shards.ts';
import { streamNameOf } from '../adapters/kinesis/stream-reference.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { lossText } from '../engine/expired-unread.ts';
import type { Pipeline } from '../engine/index.ts';
import type { TickReport } from '../engine/tick/tick-report.ts';
import { readEnvironment } from './environment.ts';
import { processShard } from './process-shard.ts';
import { processorOf } from './processor.ts';
import { readingFragment } from './reading-fragment.ts';
import { tickOf } from './tick.ts';

/** The handler of `process-kinesis`, with everything behind the ports that the environment names. */
export function kinesisHandler(pipeline: Pipeline): (event: KinesisStreamEvent, context: Context) => Promise<void> {
  const environment = readEnvironment(process.env);
  const topology = readingFragment(pipeline, environment.TIDEMARK_SOURCE);
  const kinesis = kinesisClient();
  const stream = environment.TIDEMARK_STREAM || undefined;
  const processor = processorOf(topology, environment, new KinesisShards(kinesis, stream));
  const incarnations = new StreamIncarnations(kinesis, SYSTEM_CLOCK, stream);
  const ranges = new HashRanges(processor.shards);
  return async (event) => {
    for (const shard of decodeKinesisEvent(event)) {
      for await (const report of processShard({ processor, incarnations, ranges }, shard)) {
        emitBatchReport(
          { pipeline: topology.name, stage: environment.TIDEMARK_STAGE, nowMs: SYSTEM_CLOCK.nowMs() },
          report,
        );
        if (report.possibleLoss !== undefined) console.error(lossText(report.partition, report.possibleLoss));
      }
    }
  };
}

/** What the scheduler sends. */
export interface TickEvent {
  /** The stream whose idle shards are to move on: its ARN, or its name. */
  readonly stream: string;
}

/** The handler of `tick`: moves the watermark of idle shards, so that their last windows come out (PL-19 to PL-21). */
export function tickHandler(pipeline: Pipeline): (event: TickEvent, context: Context) => Promise<TickReport> {
  const kinesis = kinesisClient();
  const environment = readEnvironment(process.env);
  const topology = readingFragment(pipeline, environment.TIDEMARK_SOURCE);
  const named = environment.TIDEMARK_STREAM || undefined;
  const processor = processorOf(topology, environment, new KinesisShards(kinesis, named));
  const incarnations = new StreamIncarnations(kinesis, SYSTEM_CLOCK, named);
  const tick = tickOf(processor, environment.TIDEMARK_STAGE);
  return ({ stream }, context) => {
    const findSource = async () => ({
      pipeline: topology.name,
      stage: '0',
      source: streamNameOf(stream),
      incarnation: await incarnations.of(stream),
    });
    return tick(findSource, context);
  };
}

/** A request without an answer must end: one shard would take the time of all others. */
const kinesisClient = (): KinesisClient =>
  new KinesisClient({
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
    }),
  });
