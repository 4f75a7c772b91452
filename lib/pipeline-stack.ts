import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeployedTopology } from './deployed-topology.ts';
import { leaveOut } from './leave-out.ts';
import type { StageSettings } from './settings.ts';
import { StreamingPipeline } from './streaming-pipeline.ts';

export interface PipelineStackProps {
  readonly topology: DeployedTopology;
  /** Module whose default export is the pipeline. */
  readonly pipelineFile: string;
  readonly settings: StageSettings;
}

/** A stack for one pipeline in one stage, which tells the names that an operator needs. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, { topology, pipelineFile, settings }: PipelineStackProps) {
    super(scope, id, {
      description: `Tidemark pipeline ${topology.name}, stage ${settings.stage}`,
      terminationProtection: settings.retainData,
      tags: { pipeline: topology.name, stage: settings.stage },
    });
    // Named so that it takes no part in the ids of what is in it.
    const { stream, partitionLog, results, output, lakeBucket, alarmTopic } = new StreamingPipeline(this, 'Default', { pipeline: { topology }, entry: pipelineFile, settings });
    leaveOut(this, settings.leftOut);
    new CfnOutput(this, 'StreamName', { value: stream.streamName });
    new CfnOutput(this, 'PartitionLogTableName', { value: partitionLog.tableName });
    if (results !== undefined) new CfnOutput(this, 'ResultsTableName', { value: results.tableName });
    if (output !== undefined) new CfnOutput(this, 'OutputStreamName', { value: output.streamName });
    new CfnOutput(this, 'LakeBucketName', { value: lakeBucket.bucketName });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarmTopic.topicArn });
  }
}
