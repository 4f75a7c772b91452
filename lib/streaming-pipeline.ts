import { RemovalPolicy } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { outputsOf } from './deliver/outputs.ts';
import type { DeployedTopology } from './deployed-topology.ts';
import { PipelineExchanges } from './exchange/pipeline-exchanges.ts';
import { entryOf } from './entry-of.ts';
import type { Grantee, KafkaCluster } from './ingest/kafka/cluster.ts';
import { kafkaCluster } from './ingest/kafka/kafka-cluster.ts';
import { PipelineTopics, topicsOf } from './ingest/kafka/pipeline-topics.ts';
import { PipelineSources } from './ingest/pipeline-sources.ts';
import type { ExistingStreams } from './kinesis-stream.ts';
import { observed } from './observe/observed.ts';
import { PartitionLogTable } from './process/partition-log-table.ts';
import { requireServices } from './process/required-services.ts';
import { SnapshotBucket } from './process/snapshot-bucket.ts';
import { sourceReaders } from './process/source-reader.ts';
import { stageSettings } from './settings.ts';
import type { StageSettings } from './settings.ts';

export interface StreamingPipelineProps {
  /** Default export of the pipeline's module. */
  readonly pipeline: { readonly topology: DeployedTopology };
  /** Path of that module, which is bundled into the functions. @default the module that called `pipeline('…')` or `fedFrom(…)` */
  readonly entry?: string;
  /** @default stageSettings('prod') */
  readonly settings?: StageSettings;
  /**
   * Streams that exist, by their name in the pipeline: used, never created, and decrypted by the key that they know. They come
   * before `settings.existingStreamArns`.
   *
   * @example { purchases: Stream.fromStreamAttributes(this, 'Purchases', { streamArn, encryptionKey }) }
   * @default {}
   */
  readonly streams?: ExistingStreams;
  /** Of the stream, tables and buckets; anything but DESTROY protects tables from deletion too. @default as `settings.retainData` says */
  readonly removalPolicy?: RemovalPolicy;
  /** Of the pipeline's topics, shared with other pipelines. @default for a pipeline with a topic one of its own, as `settings.kafka.cluster` says */
  readonly cluster?: KafkaCluster | undefined;
}

/** What a pipeline has of one of its sources. */
export interface DeployedReader {
  /** Where producers put records; undefined: into a topic. */
  readonly stream: IStream | undefined;
  /** Where producers put records; undefined: into a stream. */
  readonly topic: string | undefined;
  /** What takes its batches. */
  readonly function: Function;
  /** What moves its time on. */
  readonly tick: Function;
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
  /** All sources, by their names in the pipeline. */
  readonly sources: Readonly<Record<string, DeployedReader>>;
  /** Of the first source; undefined: it is a topic. */
  readonly stream: IStream | undefined;
  /** Of the first source; undefined: it is a stream. */
  readonly topic: string | undefined;
  /** Of the topics; undefined: the pipeline has none. */
  readonly cluster: KafkaCluster | undefined;
  /** undefined: the pipeline has no `resultTable()`. */
  readonly results: ITable | undefined;
  readonly lakeBucket: IBucket;
  /** undefined: the pipeline has no `stream()`. */
  readonly output: IStream | undefined;
  readonly partitionLog: ITable;
  readonly snapshotBucket: IBucket;
  /** What takes the batches of the first source. */
  readonly function: Function;
  /** What runs behind the first exchange; undefined: the pipeline has none. */
  readonly receiver: Function | undefined;
  /** Through which its receivers are called; undefined: the pipeline has no exchange. */
  readonly doorbell: IQueue | undefined;
  /** What runs behind each exchange, by its name. */
  readonly receivers: Readonly<Record<string, Function>>;
  readonly dashboard: Dashboard;
  /** Subscribe to it what is to be told of alarms. */
  readonly alarmTopic: Topic;
  readonly #sources: PipelineSources;

  constructor(scope: Construct, id: string, props: StreamingPipelineProps) {
    super(scope, id);
    const { topology } = props.pipeline;
    const settings = settingsOf(props);
    const pipelineFile = entryOf(topology.name, props.entry);
    const name = `Tidemark-${topology.name}-${settings.stage}`;

    const cluster =
      topicsOf(topology).length === 0 ? undefined : (props.cluster ?? kafkaCluster(this, 'Kafka', { settings }));
    const topics = cluster && new PipelineTopics(this, 'Topics', { topology, cluster, settings });
    const sources = new PipelineSources(this, { topology, topics, settings, streams: props.streams });
    const retained = settings.retained[topology.name];
    const log = new PartitionLogTable(this, 'PartitionLog', { settings, retainedName: retained?.logTable });
    const snapshots = new SnapshotBucket(this, 'Snapshots', { settings, retainedName: retained?.snapshotBucket });
    const outputs = outputsOf(this, { topology, settings, name, cluster, streams: props.streams });
    const { lake, results } = outputs;
    if (settings.archive) sources.archive(lake.files.bucket);

    const exchanges = new PipelineExchanges(this, { topology, settings });
    const network = cluster?.network;
    if (network !== undefined) requireServices(network, topology, settings);
    const environment = {
      TIDEMARK_LOG_TABLE: log.table.tableName,
      TIDEMARK_BLOBS: snapshots.url,
      TIDEMARK_STAGE: settings.stage,
      TIDEMARK_RECOVERY_DAYS: String(settings.recoveryDays),
      TIDEMARK_INLINE_KIB: String(settings.inlineLimitKiB),
      TIDEMARK_TIMEOUT_MS: String(settings.timeoutMs),
      ...outputs.environment,
    };
    const { doorbells, rungBySource } = exchanges;
    const handlers = [...sources.handlers, ...(doorbells.length === 0 ? [] : (['receive'] as const))];
    const bundle = { handlers, pipelineFile };
    const parts = { pipeline: topology.name, bundle, settings };
    const readers = sourceReaders(this, sources, {
      ...parts,
      environment,
      ofProcessor: exchanges.environmentOf(rungBySource),
      ofTick: exchanges.environmentOf(doorbells),
    });
    const behind = exchanges.receivers({
      ...parts,
      environment: { ...environment, ...sources.receiverEnvironment },
      network,
    });
    const writers = [
      ...readers.flatMap(({ processor, tick }) => [
        { writer: processor, rung: rungBySource },
        { writer: tick, rung: doorbells },
      ]),
      ...behind.map(({ receiver, rung }) => ({ writer: receiver, rung })),
    ];
    for (const { writer, rung } of writers) {
      log.grantCommit(writer);
      snapshots.grantKeep(writer);
      outputs.grantPublish(writer);
      for (const doorbell of rung) doorbell.grantRing(writer);
    }
    for (const { source, processor, tick } of readers)
      for (const reader of [processor, tick]) source.schemas.grantRead(reader);
    const { topic: alarmTopic, dashboard } = observed(this, 'Observe', {
      name,
      topology,
      settings,
      readers,
      log,
      results,
      firehose: lake.firehose,
      exchanges: behind.map(({ doorbell: { exchange, queue }, receiver }) => ({ exchange, queue, receiver })),
    });

    this.#sources = sources;
    this.sources = Object.fromEntries(
      readers.map(({ source: { name: source, ingest }, processor, tick }) => [
        source,
        {
          stream: ingest.kind === 'kinesis' ? ingest.stream : undefined,
          topic: ingest.kind === 'kafka' ? ingest.topic : undefined,
          function: processor.function,
          tick: tick.function,
        },
      ]),
    );
    const first = this.sources[sources.all[0].name] as DeployedReader;
    this.stream = first.stream;
    this.topic = first.topic;
    this.cluster = cluster;
    this.results = results?.table;
    this.lakeBucket = lake.files.bucket;
    this.output = outputs.stream?.stream;
    this.partitionLog = log.table;
    this.snapshotBucket = snapshots.bucket;
    this.function = first.function;
    this.receiver = behind[0]?.receiver.function;
    this.doorbell = doorbells[0]?.queue;
    this.receivers = Object.fromEntries(
      behind.map(({ doorbell, receiver }) => [doorbell.exchange.id, receiver.function]),
    );
    this.dashboard = dashboard;
    this.alarmTopic = alarmTopic;
  }

  /**
   * Lets a producer put records.
   *
   * @param source its name in the pipeline. @default the first one
   * @throws INVALID_SETTING when there is none of the name
   */
  grantPut(producer: Grantee, source?: string): void {
    const { ingest } = source === undefined ? this.#sources.all[0] : this.#sources.named(source);
    ingest.grantPut(producer);
  }
}

function settingsOf({ settings = stageSettings('prod'), removalPolicy }: StreamingPipelineProps): StageSettings {
  return removalPolicy === undefined ? settings : { ...settings, retainData: removalPolicy !== RemovalPolicy.DESTROY };
}
