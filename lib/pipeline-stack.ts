import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeployedTopology } from './deployed-topology.ts';
import type { KafkaCluster } from './ingest/kafka/cluster.ts';
import { leaveOut } from './leave-out.ts';
import type { StageSettings } from './settings.ts';
import { StreamingPipeline } from './streaming-pipeline.ts';

export interface PipelineStackProps {
  readonly topology: DeployedTopology;
  /** Module whose default export is the pipeline. */
  readonly pipelineFile: string;
  readonly settings: StageSettings;
  /** Of the pipeline's topics, where another stack has it. @default as for `StreamingPipeline` */
  readonly cluster?: KafkaCluster | undefined;
}

/** A stack for one pipeline in one stage, which tells the names that an operator needs. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, { topology, pipelineFile, settings, cluster }: PipelineStackProps) {
    super(scope, id, {
      description: `Tidemark pipeline ${topology.name}, stage ${settings.stage}`,
      terminationProtection: settings.retainData,
      tags: { pipeline: topology.name, stage: settings.stage },
    });
    // Named so that it takes no part in the ids of what is in it.
    const made = new StreamingPipeline(this, 'Default', {
      pipeline: { topology },
      entry: pipelineFile,
      settings,
      cluster,
    });
    leaveOut(this, settings.leftOut);
    const names = Object.entries(made.sources).map(([source, { stream, topic }]) => [
      source,
      stream?.streamName ?? topic,
    ]);
    const outputs = {
      StreamName: made.stream?.streamName,
      TopicName: made.topic,
      // By their names in the pipeline, which need not be those of an output.
      Sources: names.length === 1 ? undefined : this.toJsonString(Object.fromEntries(names)),
      Brokers: made.cluster?.environment.TIDEMARK_KAFKA_BROKERS,
      PartitionLogTableName: made.partitionLog.tableName,
      SnapshotBucketName: made.snapshotBucket.bucketName,
      ResultsTableName: made.results?.tableName,
      OutputStreamName: made.output?.streamName,
      LakeBucketName: made.lakeBucket.bucketName,
      DoorbellUrl: made.doorbell?.queueUrl,
      AlarmTopicArn: made.alarmTopic.topicArn,
    };
    for (const [name, value] of Object.entries(outputs)) if (value !== undefined) new CfnOutput(this, name, { value });
  }
}
