import type { Construct } from 'constructs';
import type { LakeFirehose } from '../deliver/lake-firehose.ts';
import type { ResultsTable } from '../deliver/results-table.ts';
import type { DeployedTopology } from '../deployed-topology.ts';
import type { KinesisIngest } from '../ingest/kinesis-ingest.ts';
import type { KinesisProcessor } from '../process/kinesis-processor.ts';
import type { PartitionLogTable } from '../process/partition-log-table.ts';
import type { Tick } from '../process/tick.ts';
import type { StageSettings } from '../settings.ts';
import { batchMetrics, tickMetrics } from './batch-metrics.ts';
import { derivedMetrics } from './metrics.ts';
import { Observe } from './observe.ts';
import { firehoseMetrics, functionMetrics, streamMetrics, tableMetrics } from './service-metrics.ts';

export interface ObservedProps {
  /** Of the dashboard, and beginning of the alarms' names. */
  readonly name: string;
  readonly topology: DeployedTopology;
  readonly settings: StageSettings;
  readonly ingest: KinesisIngest;
  readonly processor: KinesisProcessor;
  readonly tick: Tick;
  readonly log: PartitionLogTable;
  readonly results: ResultsTable | undefined;
  readonly firehose: LakeFirehose | undefined;
}

/** The dashboard and the alarms of the parts of a pipeline. */
export function observed(scope: Construct, id: string, { name, topology, settings, ingest, processor, tick, log, results, firehose }: ObservedProps): Observe {
  const batch = batchMetrics(topology.name, settings.stage);
  const time = tickMetrics(topology.name, settings.stage);
  const fn = functionMetrics(processor.function);
  const stream = streamMetrics(ingest.stream);
  return new Observe(scope, id, {
    name,
    pipeline: topology.name,
    settings,
    logGroupName: processor.function.logGroup.logGroupName,
    metrics: {
      batch,
      function: fn,
      tick: functionMetrics(tick.function),
      time,
      stream,
      log: tableMetrics(log.table),
      results: results === undefined ? undefined : tableMetrics(results.table),
      firehose: firehose === undefined ? undefined : firehoseMetrics(firehose.stream.ref),
      derived: derivedMetrics(batch, fn, stream, time),
    },
  });
}
