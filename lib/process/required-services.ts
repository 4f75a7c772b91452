import { deployedSources, reachesBrokers, type DeployedTopology } from '../deployed-topology.ts';
import type { KafkaNetwork } from '../ingest/kafka/cluster.ts';
import type { ReachedService } from '../ingest/kafka/settings.ts';
import type { StageSettings } from '../settings.ts';

/**
 * Checks that the functions of a pipeline reach from their network what they call, and Lambda's pollers what they call. What reads a
 * stream and has no use of brokers stands outside.
 *
 * @throws SERVICE_OUT_OF_REACH, INTERNET_OUT_OF_REACH (invalid)
 */
export function requireServices(
  network: KafkaNetwork,
  topology: DeployedTopology,
  { lakeDelivery, kafka }: StageSettings,
): void {
  const { name, sinks, downstream = [] } = topology;
  const sources = deployedSources(topology).filter((source) => reachesBrokers(source, topology));
  const reads = (registry: 'glue' | 'confluent'): boolean =>
    sources.some(({ format }) => format.kind === 'avro' && format.registry === registry);
  const need = (isNeeded: boolean, service: ReachedService, what: string): void => {
    if (isNeeded) network.requireService(service, `${what} of ${name}`);
  };
  const has = (kind: string): boolean => sinks.some((sink) => sink.kind === kind);
  need(has('lake') && lakeDelivery.by === 'firehose', 'firehose', 'lake()');
  need(has('stream'), 'kinesis-streams', 'stream({ … })');
  need(downstream.length > 0, 'sqs', 'the exchange');
  need(
    sources.some(({ kind }) => kind === 'kinesis'),
    'kinesis-streams',
    'kinesis({ … })',
  );
  need(reads('glue'), 'glue', 'avro({ … })');
  if (reads('confluent')) network.requireInternet(`avro({ … }) of ${name}`);
  const isPolledOnDemand = sources.some(({ kind }) => kind === 'kafka') && kafka.polling.mode === 'on-demand';
  need(isPolledOnDemand, 'lambda', 'polling on demand');
  need(isPolledOnDemand, 'sts', 'polling on demand');
}
