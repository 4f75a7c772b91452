import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnStreamConsumer } from 'aws-cdk-lib/aws-kinesis';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import { kinesisStream } from '../kinesis-stream.ts';
import type { StageSettings } from '../settings.ts';

export interface KinesisIngestProps {
  /** Name of the pipeline, which is the consumer's with enhanced fan-out. */
  readonly pipeline: string;
  /** Stream name as the pipeline gives it. */
  readonly stream: string;
  readonly settings: StageSettings;
}

/** The stream that producers write to: created here, or one that exists already. */
export class KinesisIngest extends Construct {
  readonly stream: IStream;
  /** undefined: the pipeline shares the stream's throughput with its other readers. */
  readonly #consumerArn: string | undefined;

  constructor(scope: Construct, id: string, { pipeline, stream, settings }: KinesisIngestProps) {
    super(scope, id);
    this.stream = kinesisStream(this, stream, settings);
    if (settings.enhancedFanOut) {
      const consumerName = `tidemark-${pipeline}-${settings.stage}`;
      this.#consumerArn = new CfnStreamConsumer(this, 'Consumer', { consumerName, streamArn: this.stream.streamArn }).attrConsumerArn;
    }
  }

  /** What the event source mapping reads: the stream, or a consumer of its own (enhanced fan-out). */
  get mappedArn(): string {
    return this.#consumerArn ?? this.stream.streamArn;
  }

  /** What an event source mapping needs to read this one stream; and the functions, to prove a shard drained. */
  grantConsume(grantee: IGrantable): Grant {
    const actions = ['kinesis:DescribeStream', 'kinesis:DescribeStreamSummary', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'];
    const stream = Grant.addToPrincipal({ grantee, actions, resourceArns: [this.stream.streamArn] });
    if (this.#consumerArn === undefined) return stream;
    return stream.combine(Grant.addToPrincipal({ grantee, actions: ['kinesis:DescribeStreamConsumer', 'kinesis:SubscribeToShard'], resourceArns: [this.#consumerArn] }));
  }
}
