import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Lake } from './deliver/lake.ts';
import { OutputStream } from './deliver/output-stream.ts';
import { ResultsTable } from './deliver/results-table.ts';
import type { DeployedTopology } from './deployed-topology.ts';
import { KinesisIngest } from './ingest/kinesis-ingest.ts';
import { RawArchive } from './ingest/raw-archive.ts';
import { leaveOut } from './leave-out.ts';
import { observed } from './observe/observed.ts';
import { KinesisProcessor } from './process/kinesis-processor.ts';
import { PartitionLogTable } from './process/partition-log-table.ts';
import { SnapshotBucket } from './process/snapshot-bucket.ts';
import { Tick } from './process/tick.ts';
import type { StageSettings } from './settings.ts';

export interface PipelineStackProps {
  readonly topology: DeployedTopology;
  /** Module whose default export is the pipeline. */
  readonly pipelineFile: string;
  readonly settings: StageSettings;
}

/** All that one pipeline needs in one stage, in the order in which data flows. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, { topology, pipelineFile, settings }: PipelineStackProps) {
    super(scope, id, {
      description: `Tidemark pipeline ${topology.name}, stage ${settings.stage}`,
      terminationProtection: settings.retainData,
      tags: { pipeline: topology.name, stage: settings.stage },
    });
    const ingest = new KinesisIngest(this, 'Ingest', { stream: topology.source.stream, settings });
    const log = new PartitionLogTable(this, 'PartitionLog', { settings });
    const snapshots = new SnapshotBucket(this, 'Snapshots', { settings });
    const results = topology.sinks.some(({ kind }) => kind === 'resultTable') ? new ResultsTable(this, 'Results', { settings }) : undefined;
    const lake = new Lake(this, 'Lake', { topology, settings, name: this.stackName });

    const [output] = topology.sinks.flatMap((sink) => (sink.kind === 'stream' ? [new OutputStream(this, 'Output', { stream: sink.stream, settings })] : []));
    if (settings.archive) new RawArchive(this, 'Archive', { stream: ingest.stream, bucket: lake.files.bucket, folder: topology.name, settings });

    const environment = {
      TIDEMARK_LOG_TABLE: log.table.tableName,
      TIDEMARK_RESULTS_TABLE: results?.table.tableName ?? '',
      TIDEMARK_BLOBS: snapshots.url,
      ...lake.environment,
      TIDEMARK_OUTPUT_STREAM: output?.stream.streamName ?? '',
      TIDEMARK_STAGE: settings.stage,
    };
    const processor = new KinesisProcessor(this, 'Processor', { topology, pipelineFile, settings, ingest, environment });
    const tick = new Tick(this, 'Tick', { topology, pipelineFile, settings, ingest, environment });
    for (const writer of [processor, tick]) {
      log.grantCommit(writer);
      snapshots.grantKeep(writer);
      results?.grantPublish(writer);
      lake.grantAppend(writer);
      output?.grantPublish(writer);
    }
    const { topic } = observed(this, 'Observe', { topology, settings, ingest, processor, tick, log, results });
    leaveOut(this, settings.leftOut);

    new CfnOutput(this, 'StreamName', { value: ingest.stream.streamName });
    new CfnOutput(this, 'PartitionLogTableName', { value: log.table.tableName });
    if (results !== undefined) new CfnOutput(this, 'ResultsTableName', { value: results.table.tableName });
    if (output !== undefined) new CfnOutput(this, 'OutputStreamName', { value: output.stream.streamName });
    new CfnOutput(this, 'LakeBucketName', { value: lake.files.bucket.bucketName });
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn });
  }
}
