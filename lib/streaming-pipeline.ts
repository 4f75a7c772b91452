import { RemovalPolicy } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { requireKinesis } from '../engine/dsl/sources.ts';
import { Lake } from './deliver/lake.ts';
import { OutputStream } from './deliver/output-stream.ts';
import { ResultsTable } from './deliver/results-table.ts';
import type { DeployedTopology } from './deployed-topology.ts';
import { entryOf } from './entry-of.ts';
import { KinesisIngest } from './ingest/kinesis-ingest.ts';
import { RawArchive } from './ingest/raw-archive.ts';
import { observed } from './observe/observed.ts';
import { KinesisProcessor } from './process/kinesis-processor.ts';
import { PartitionLogTable } from './process/partition-log-table.ts';
import { SnapshotBucket } from './process/snapshot-bucket.ts';
import { Tick } from './process/tick.ts';
import { stageSettings } from './settings.ts';
import type { StageSettings } from './settings.ts';

export interface StreamingPipelineProps {
  /** Default export of the pipeline's module. */
  readonly pipeline: { readonly topology: DeployedTopology };
  /** Path of that module, which is bundled into the functions. @default the module that called `pipeline('…')` */
  readonly entry?: string;
  /** @default stageSettings('prod') */
  readonly settings?: StageSettings;
  /** Of the stream, tables and buckets; anything but DESTROY protects tables from deletion too. @default as `settings.retainData` says */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * All that one pipeline needs, in the order in which data flows, in any stack of any CDK app.
 *
 * One pipeline of a name and stage lives in an account and region: dashboard, alarms, database and workgroup are named
 * after both.
 *
 * @example
 * import orders from './pipelines/orders.ts';
 * const { results } = new StreamingPipeline(this, 'Orders', { pipeline: orders });
 * results?.grantReadData(api);
 */
export class StreamingPipeline extends Construct {
  /** Where producers put records. */
  readonly stream: IStream;
  /** undefined: the pipeline has no `resultTable()`. */
  readonly results: Table | undefined;
  readonly lakeBucket: Bucket;
  /** undefined: the pipeline has no `stream()`. */
  readonly output: IStream | undefined;
  readonly partitionLog: Table;
  readonly function: Function;
  readonly dashboard: Dashboard;
  /** Subscribe to it what is to be told of alarms. */
  readonly alarmTopic: Topic;

  constructor(scope: Construct, id: string, props: StreamingPipelineProps) {
    super(scope, id);
    const { topology } = props.pipeline;
    const settings = settingsOf(props);
    const pipelineFile = entryOf(topology.name, props.entry);
    const name = `Tidemark-${topology.name}-${settings.stage}`;

    const source = requireKinesis(topology.source, 'a stack');
    const ingest = new KinesisIngest(this, 'Ingest', { pipeline: topology.name, stream: source.stream, settings });
    const log = new PartitionLogTable(this, 'PartitionLog', { settings });
    const snapshots = new SnapshotBucket(this, 'Snapshots', { settings });
    const results = topology.sinks.some(({ kind }) => kind === 'resultTable') ? new ResultsTable(this, 'Results', { identity: topology.results.identity, settings }) : undefined;
    const lake = new Lake(this, 'Lake', { topology, settings, name });
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
    const reader = { pipeline: topology.name, source, pipelineFile, settings, ingest, environment };
    const processor = new KinesisProcessor(this, 'Processor', reader);
    const tick = new Tick(this, 'Tick', reader);
    for (const writer of [processor, tick]) {
      log.grantCommit(writer);
      snapshots.grantKeep(writer);
      results?.grantPublish(writer);
      lake.grantAppend(writer);
      output?.grantPublish(writer);
    }
    const { topic, dashboard } = observed(this, 'Observe', { name, topology, settings, source: { kind: 'kinesis', ingest }, processor, tick, log, results, firehose: lake.firehose });

    this.stream = ingest.stream;
    this.results = results?.table;
    this.lakeBucket = lake.files.bucket;
    this.output = output?.stream;
    this.partitionLog = log.table;
    this.function = processor.function;
    this.dashboard = dashboard;
    this.alarmTopic = topic;
  }

  /** Lets a producer put records. */
  grantPut(producer: IGrantable): Grant {
    return this.stream.grantWrite(producer);
  }
}

function settingsOf({ settings = stageSettings('prod'), removalPolicy }: StreamingPipelineProps): StageSettings {
  return removalPolicy === undefined ? settings : { ...settings, retainData: removalPolicy !== RemovalPolicy.DESTROY };
}
