import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnStreamConsumer } from 'aws-cdk-lib/aws-kinesis';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import type { DeployedKinesis } from '../deployed-topology.ts';
import { requireSetting } from '../../engine/errors.ts';
import { isOfAnotherAccount, kinesisStream, type ExistingStreams } from '../kinesis-stream.ts';
import type { StageSettings } from '../settings.ts';
import type { ReadSource } from './read-source.ts';

export interface KinesisIngestProps {
  /** Name of the pipeline, which is the consumer's with enhanced fan-out. */
  readonly pipeline: string;
  readonly source: DeployedKinesis;
  readonly settings: StageSettings;
  readonly existing: ExistingStreams;
}

/** The stream that producers write to: created here, or one that exists already. */
export class KinesisIngest extends Construct implements ReadSource {
  readonly kind = 'kinesis';
  readonly noun = 'Kinesis stream';
  readonly handlers = { process: 'process-kinesis', tick: 'tick' } as const;
  readonly environment: { readonly TIDEMARK_STREAM: string };
  readonly observed: { readonly kind: 'kinesis'; readonly stream: IStream };
  readonly source: DeployedKinesis;
  readonly stream: IStream;
  /** undefined: the pipeline shares the stream's throughput with its other readers. */
  readonly #consumerArn: string | undefined;

  constructor(scope: Construct, id: string, { pipeline, source, settings, existing }: KinesisIngestProps) {
    super(scope, id);
    this.source = source;
    this.stream = kinesisStream(this, source.stream, settings, existing);
    this.observed = { kind: 'kinesis', stream: this.stream };
    this.environment = { TIDEMARK_STREAM: this.stream.streamArn };
    if (settings.enhancedFanOut) {
      const isOurs = !isOfAnotherAccount(this, this.stream);
      const rule = 'false for a stream of another account, which alone can register consumers';
      requireSetting('enhancedFanOut', true, isOurs, rule, 'turn it off for this pipeline');
      const consumerName = `tidemark-${pipeline}-${settings.stage}`;
      this.#consumerArn = new CfnStreamConsumer(this, 'Consumer', {
        consumerName,
        streamArn: this.stream.streamArn,
      }).attrConsumerArn;
    }
  }

  /** What the event source mapping reads: the stream, or a consumer of its own (enhanced fan-out). */
  get mappedArn(): string {
    return this.#consumerArn ?? this.stream.streamArn;
  }

  get tickEvent(): { readonly stream: string } {
    return { stream: this.stream.streamArn };
  }

  /** What an event source mapping needs to read this one stream; and the functions, to prove a shard drained. */
  grantRead(grantee: IGrantable): void {
    const actions = [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.stream.streamArn] });
    this.stream.encryptionKey?.grant(grantee, 'kms:Decrypt');
    if (this.#consumerArn === undefined) return;
    Grant.addToPrincipal({
      grantee,
      actions: ['kinesis:DescribeStreamConsumer', 'kinesis:SubscribeToShard'],
      resourceArns: [this.#consumerArn],
    });
  }

  grantPut(producer: IGrantable): void {
    this.stream.grantWrite(producer);
  }
}
