import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { CfnEventSourceMappingProps } from 'aws-cdk-lib/aws-lambda';
import type { KafkaIngest } from '../ingest/kafka/kafka-ingest.ts';
import type { KafkaPolling } from '../ingest/kafka/settings.ts';
import { requireWholeSeconds } from '../settings.ts';
import type { MappedReader } from './mapped-reader.ts';

/** Has the function called with batches of the topic, each partition in order. Nothing is ever dropped or left out (PL-15). */
export function kafkaMapping(
  reader: MappedReader,
  { source, cluster, topic, consumerGroup: consumerGroupId, polling, made }: KafkaIngest,
): CfnEventSourceMapping {
  cluster.grantPoll(reader, topic, consumerGroupId);
  const mapping = new CfnEventSourceMapping(reader, 'Mapping', {
    functionName: reader.function.functionName,
    ...cluster.source,
    ...(cluster.source.eventSourceArn === undefined
      ? { selfManagedKafkaEventSourceConfig: { consumerGroupId } }
      : { amazonManagedKafkaEventSourceConfig: { consumerGroupId } }),
    topics: [topic],
    startingPosition: 'TRIM_HORIZON',
    batchSize: source.batchSize,
    maximumBatchingWindowInSeconds: requireWholeSeconds('maxBatchingWindowMs', source.maxBatchingWindowMs),
    ...pollersOf(polling),
    enabled: true,
  });
  if (made !== undefined) mapping.node.addDependency(made);
  return mapping;
}

/**
 * With pollers of one's own a batch has settings for what becomes of a failure: for ever again, of the failed partitions only. There
 * is no destination, for one would end that after some attempts. On demand Lambda has none of these: it repeats the whole batch for ever.
 */
function pollersOf(polling: KafkaPolling): Partial<CfnEventSourceMappingProps> {
  if (polling.mode === 'on-demand') return {};
  return {
    provisionedPollerConfig: { minimumPollers: polling.minPollers, maximumPollers: polling.maxPollers },
    functionResponseTypes: ['ReportBatchItemFailures'],
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: -1,
    bisectBatchOnFunctionError: false,
  };
}
