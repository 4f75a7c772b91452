import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import type { Stage, StageSettings } from '../settings.ts';

export interface KinesisIngestProps {
  /** Stream name as the pipeline gives it. */
  readonly stream: string;
  readonly settings: StageSettings;
}

/** The stream that producers write to: created here, or one that exists already. */
export class KinesisIngest extends Construct {
  readonly stream: IStream;

  constructor(scope: Construct, id: string, { stream, settings }: KinesisIngestProps) {
    super(scope, id);
    const existingArn = settings.existingStreamArns[stream];
    this.stream = existingArn === undefined ? this.createStream(stream, settings) : Stream.fromStreamArn(this, 'Stream', existingArn);
  }

  /** What an event source mapping needs to read this one stream. */
  grantConsume(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetRecords',
        'kinesis:GetShardIterator',
        'kinesis:ListShards',
      ],
      resourceArns: [this.stream.streamArn],
    });
  }

  private createStream(stream: string, { stage, streamCapacity, streamRetentionHours, retainData }: StageSettings): Stream {
    return new Stream(this, 'Stream', {
      streamName: physicalName(stream, stage),
      ...(streamCapacity.mode === 'provisioned'
        ? { streamMode: StreamMode.PROVISIONED, shardCount: streamCapacity.shardCount }
        : { streamMode: StreamMode.ON_DEMAND }),
      retentionPeriod: Duration.hours(streamRetentionHours),
      encryption: StreamEncryption.MANAGED,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}

/** Producers know the stream by its name, so prod has the very name; the other stages live beside it in one account. */
function physicalName(stream: string, stage: Stage): string {
  return stage === 'prod' ? stream : `${stream}-${stage}`;
}
