import type { DeployedTopology } from '../deployed-topology.ts';
import type { KafkaNetwork } from '../ingest/kafka/cluster.ts';
import type { ReachedService } from '../ingest/kafka/settings.ts';
import type { StageSettings } from '../settings.ts';

/**
 * Checks that the functions of a pipeline reach from their network what they call, and Lambda's pollers what they call.
 *
 * @throws SERVICE_OUT_OF_REACH, INTERNET_OUT_OF_REACH (invalid)
 */
export function requireServices(
  network: KafkaNetwork,
  { name, source, sinks, downstream = [] }: DeployedTopology,
  { lakeDelivery, kafka }: StageSettings,
): void {
  const need = (isNeeded: boolean, service: ReachedService, what: string): void => {
    if (isNeeded) network.requireService(service, `${what} of ${name}`);
  };
  const has = (kind: string): boolean => sinks.some((sink) => sink.kind === kind);
  need(has('lake') && lakeDelivery.by === 'firehose', 'firehose', 'lake()');
  need(has('stream'), 'kinesis-streams', 'stream({ … })');
  need(downstream.length > 0, 'sqs', 'the exchange');
  need(source.kind === 'kinesis', 'kinesis-streams', 'kinesis({ … })');
  need(source.format.kind === 'avro' && source.format.registry === 'glue', 'glue', 'avro({ … })');
  if (source.format.kind === 'avro' && source.format.registry === 'confluent')
    network.requireInternet(`avro({ … }) of ${name}`);
  const isPolledOnDemand = source.kind === 'kafka' && kafka.polling.mode === 'on-demand';
  need(isPolledOnDemand, 'lambda', 'polling on demand');
  need(isPolledOnDemand, 'sts', 'polling on demand');
}
