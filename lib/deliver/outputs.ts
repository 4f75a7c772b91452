import type { Construct } from 'constructs';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import type { DeployedTopology } from '../deployed-topology.ts';
import type { Grantee, KafkaCluster } from '../ingest/kafka/cluster.ts';
import type { ExistingStreams } from '../kinesis-stream.ts';
import type { StageSettings } from '../settings.ts';
import { Lake } from './lake.ts';
import { OutputStream } from './output-stream.ts';
import { ResultsTable } from './results-table.ts';

export interface OutputsProps {
  readonly topology: DeployedTopology;
  readonly settings: StageSettings;
  /** Beginning of physical names, e.g. `Tidemark-flights-dev`. */
  readonly name: string;
  /** undefined: the pipeline has no topic. */
  readonly cluster: KafkaCluster | undefined;
  /** Streams that exist already. */
  readonly streams?: ExistingStreams | undefined;
}

/** Where results, late records and dead letters of a pipeline go. */
export interface Outputs {
  readonly lake: Lake;
  /** undefined: the pipeline has no `resultTable()`. */
  readonly results: ResultsTable | undefined;
  /** undefined: the pipeline has no `stream()`. */
  readonly stream: OutputStream | undefined;
  /** Of the functions. */
  readonly environment: Pick<
    FunctionEnvironment,
    | 'TIDEMARK_RESULTS_TABLE'
    | 'TIDEMARK_RESULTS_TABLE_RETAINED'
    | 'TIDEMARK_LAKE'
    | 'TIDEMARK_LAKE_FIREHOSE'
    | 'TIDEMARK_OUTPUT_STREAM'
  >;
  grantPublish(writer: Grantee): void;
}

/** Makes them, each where the pipeline has such a sink. */
export function outputsOf(
  scope: Construct,
  { topology, settings, name, cluster, streams = {} }: OutputsProps,
): Outputs {
  const { sinks } = topology;
  const retained = settings.retained[topology.name];
  const results = sinks.some(({ kind }) => kind === 'resultTable')
    ? new ResultsTable(scope, 'Results', {
        identity: topology.results.identity,
        settings,
        retainedName: retained?.resultsTable,
      })
    : undefined;
  const lake = new Lake(scope, 'Lake', { topology, settings, name });
  const [stream] = sinks.flatMap((sink) =>
    sink.kind === 'stream'
      ? [new OutputStream(scope, 'Output', { stream: sink.stream, settings, existing: streams })]
      : [],
  );
  return {
    lake,
    results,
    stream,
    environment: {
      TIDEMARK_RESULTS_TABLE: results?.table.tableName ?? '',
      ...(results?.isRetained === true ? { TIDEMARK_RESULTS_TABLE_RETAINED: 'yes' } : {}),
      ...lake.environment,
      TIDEMARK_OUTPUT_STREAM: stream?.stream.streamArn ?? '',
    },
    grantPublish(writer) {
      results?.grantPublish(writer);
      lake.grantAppend(writer);
      stream?.grantPublish(writer);
      for (const sink of sinks) if (sink.kind === 'topic') cluster?.grantWrite(writer, sink.topic);
    },
  };
}
