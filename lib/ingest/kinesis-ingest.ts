import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import { kinesisStream } from '../kinesis-stream.ts';
import type { StageSettings } from '../settings.ts';

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
    this.stream = kinesisStream(this, stream, settings);
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
}
