import { Aws, Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { requireSetting } from '../../../engine/errors.ts';
import { minutes } from '../../../engine/time/duration.ts';
import type { DeployedKafka } from '../../deployed-topology.ts';
import { idOf } from '../../id-of.ts';
import type { StageSettings } from '../../settings.ts';
import type { ReadSource } from '../read-source.ts';
import type { Grantee, KafkaCluster } from './cluster.ts';
import type { PipelineTopics } from './pipeline-topics.ts';
import type { KafkaPolling } from './settings.ts';
import type { KafkaTopic } from './topic.ts';

export interface KafkaIngestProps {
  readonly pipeline: string;
  readonly source: DeployedKafka;
  /** Of the source, among those of the pipeline. */
  readonly place: number;
  readonly topics: PipelineTopics;
  readonly settings: StageSettings;
}

/** The topic that producers write to, and who polls it. */
export class KafkaIngest extends Construct implements ReadSource {
  readonly kind = 'kafka';
  readonly noun = 'Kafka topic';
  readonly handlers = { process: 'process-kafka', tick: 'tick-kafka' } as const;
  readonly tickEvent = {};
  readonly source: DeployedKafka;
  readonly cluster: KafkaCluster;
  readonly topic: string;
  /**
   * Lives as long as the stack and so as its logs: a stack that is made again has new logs, and has to read what the group of the one
   * before has read already. Where a group has been wins over any starting position. Topics of one pipeline have a group each: Lambda
   * wants that, and members that come and go of one would stop the other.
   */
  readonly consumerGroup: string;
  readonly polling: KafkaPolling;
  /** undefined: the topic is there already. */
  readonly made: KafkaTopic | undefined;

  /** @throws INVALID_SETTING when a batch may take longer than Lambda's pollers wait */
  constructor(
    scope: Construct,
    id: string,
    { pipeline, source, place, topics, settings: { stage, timeoutMs, kafka } }: KafkaIngestProps,
  ) {
    super(scope, id);
    requireSetting(
      'timeoutMs',
      timeoutMs,
      timeoutMs <= minutes(14),
      'at most 840000 where a topic is read',
      'pass minutes(14)',
    );
    this.source = source;
    this.cluster = topics.cluster;
    this.topic = source.topic;
    this.consumerGroup = idOf(`tidemark-${pipeline}-${stage}-${uniqueOf(Aws.STACK_ID)}`, source.topic, place);
    this.polling = kafka.polling;
    this.made = topics.made(source.topic);
  }

  get observed(): this {
    return this;
  }

  get environment(): { readonly TIDEMARK_PARTIAL_BATCHES: 'yes' | 'no' } {
    return { TIDEMARK_PARTIAL_BATCHES: this.polling.mode === 'provisioned' ? 'yes' : 'no' };
  }

  grantRead(reader: Grantee): void {
    this.cluster.grantRead(reader, this.topic);
  }

  grantPut(producer: Grantee): void {
    this.cluster.grantWrite(producer, this.topic);
  }
}

/** The part of a stack's id that no other stack has, of the same name or another. */
function uniqueOf(stackId: string): string {
  return Fn.select(2, Fn.split('/', stackId));
}
