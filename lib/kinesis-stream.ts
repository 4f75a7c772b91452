import { Duration } from 'aws-cdk-lib';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { Construct } from 'constructs';
import { removalOf } from './removal.ts';
import type { StageSettings } from './settings.ts';

/** A stream by its name in the pipeline: the one that exists already, if the stage says so, or a new one. */
export function kinesisStream(scope: Construct, name: string, settings: StageSettings): IStream {
  const existingArn = settings.existingStreamArns[name];
  if (existingArn !== undefined) return Stream.fromStreamArn(scope, 'Stream', existingArn);
  const { stage, streamCapacity, streamRetentionHours } = settings;
  return new Stream(scope, 'Stream', {
    // Producers know a stream by its name, so prod has the very name; the other stages live beside it in one account.
    streamName: stage === 'prod' ? name : `${name}-${stage}`,
    ...(streamCapacity.mode === 'provisioned'
      ? { streamMode: StreamMode.PROVISIONED, shardCount: streamCapacity.shardCount }
      : { streamMode: StreamMode.ON_DEMAND }),
    retentionPeriod: Duration.hours(streamRetentionHours),
    encryption: StreamEncryption.MANAGED,
    removalPolicy: removalOf(settings),
  });
}
