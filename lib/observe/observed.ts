import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { sourceDimension } from '../../engine/metrics.ts';
import type { LakeFirehose } from '../deliver/lake-firehose.ts';
import type { ResultsTable } from '../deliver/results-table.ts';
import type { DeployedTopology } from '../deployed-topology.ts';
import { shortName } from '../id-of.ts';
import { topicSettings } from '../ingest/kafka/topic-settings.ts';
import type { ObservedSource } from '../ingest/read-source.ts';
import type { PartitionLogTable } from '../process/partition-log-table.ts';
import type { StageSettings } from '../settings.ts';
import { batchMetrics, possibleLossCount, tickMetrics, topicMetrics, type TopicMetrics } from './batch-metrics.ts';
import { exchangeMetrics, type ObservedExchange } from './exchange-metrics.ts';
import { kafkaSource } from './kafka-source.ts';
import { kinesisSource } from './kinesis-source.ts';
import { derivedMetrics } from './metrics.ts';
import { Observe } from './observe.ts';
import type { ReaderMetrics, Readers } from './reader-metrics.ts';
import { firehoseMetrics, functionMetrics, tableMetrics, type FunctionMetrics } from './service-metrics.ts';
import type { SourceMetrics } from './source-metrics.ts';

/** A source and the functions that read it. */
export interface ObservedReader {
  readonly source: { readonly name: string; readonly ingest: { readonly observed: ObservedSource } };
  readonly processor: { readonly function: Function };
  readonly tick: { readonly function: Function };
}

export interface ObservedProps {
  /** Of the dashboard, and beginning of the alarms' names. */
  readonly name: string;
  readonly topology: DeployedTopology;
  readonly settings: StageSettings;
  /** Of each source, the first one first. */
  readonly readers: readonly ObservedReader[];
  readonly log: PartitionLogTable;
  readonly results: ResultsTable | undefined;
  readonly firehose: LakeFirehose | undefined;
  /** In the order in which rows pass them; empty: all of the pipeline runs in one function. */
  readonly exchanges: readonly ObservedExchange[];
}

/** The dashboard and the alarms of the parts of a pipeline. */
export function observed(
  scope: Construct,
  id: string,
  { name, topology, settings, readers: each, log, results, firehose, exchanges }: ObservedProps,
): Observe {
  const batch = batchMetrics(topology.name, settings.stage);
  const time = tickMetrics(topology.name, settings.stage);
  const readers = each.map((reader, place): ReaderMetrics => {
    const { source, processor, tick } = reader;
    const fn = functionMetrics(processor.function);
    const dimension = sourceDimension(topology.name, place === 0 ? '' : source.name);
    return {
      name: each.length === 1 ? undefined : shortName(source.name),
      function: fn,
      tick: functionMetrics(tick.function),
      source: sourceMetrics(
        source.ingest.observed,
        settings,
        fn,
        topicMetrics(dimension, settings.stage),
        possibleLossCount(topology.name, settings.stage),
      ),
      logGroupName: processor.function.logGroup.logGroupName,
    };
  }) as unknown as Readers;
  return new Observe(scope, id, {
    name,
    pipeline: topology.name,
    settings,
    metrics: {
      batch,
      readers,
      time,
      log: tableMetrics(log.table),
      results: results === undefined ? undefined : tableMetrics(results.table),
      firehose: firehose === undefined ? undefined : firehoseMetrics(firehose.stream.ref),
      exchanges: exchanges.map((exchange) => exchangeMetrics(topology.name, settings.stage, exchange)),
      derived: derivedMetrics(batch, readers, time),
    },
  });
}

function sourceMetrics(
  source: ObservedSource,
  settings: StageSettings,
  fn: FunctionMetrics,
  ofTopic: TopicMetrics,
  losses: Metric,
): SourceMetrics {
  const { streamRetentionHours } = settings;
  if (source.kind === 'kinesis') return kinesisSource(source.stream, streamRetentionHours, fn, losses);
  const { cluster, topic, consumerGroup } = source;
  const { retentionHours = streamRetentionHours } = topicSettings(topic, 'delete', settings) ?? {};
  return kafkaSource({ cluster: cluster.metricsName, topic, consumerGroup, retentionHours }, fn, ofTopic);
}
