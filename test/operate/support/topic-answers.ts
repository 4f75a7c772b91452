import { kafka } from '../../../engine/index.ts';
import type { Topology } from '../../../engine/topology.ts';
import { READING, topologyOf } from '../../engine/support/readings.ts';
import type { Answer } from './fake-aws.ts';
import { mappingAnswer, stackAnswers } from './stack-answers.ts';
import { functionFacts, kafkaMappingFacts, mappingFacts } from './stack-facts.ts';

/** `readings` fed from a topic of that name. */
export function topicTopology(): Topology {
  const source = kafka({ topic: 'readings', partitionKey: 'key', schema: READING });
  return { ...topologyOf(), source, sources: [source] };
}

/** What AWS says of the same stack, fed from a topic that was made again once, by a mapping with pollers of its own. */
export function topicAnswers(
  changes: Readonly<Record<string, Answer>> = {},
  mapping: Readonly<Record<string, unknown>> = {},
): Record<string, Answer> {
  const { topics, consumerGroup, pollers } = kafkaMappingFacts();
  const { functionArn } = mappingFacts();
  const folder = 'snapshots/topics/readings/readings/';
  return stackAnswers({
    'GET /2015-03-31/event-source-mappings/mapping-1': {
      body: mappingAnswer({
        EventSourceArn: 'arn:aws:kafka:us-east-1:123456789012:cluster/events/1',
        ParallelizationFactor: undefined,
        TumblingWindowInSeconds: undefined,
        Topics: topics,
        AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: consumerGroup },
        ProvisionedPollerConfig: { MinimumPollers: pollers?.min, MaximumPollers: pollers?.max },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ...mapping,
      }),
    },
    [`GET /2015-03-31/functions/${functionArn}/configuration`]: {
      body: {
        FunctionName: 'processor',
        State: 'Active',
        LastUpdateStatus: 'Successful',
        Runtime: 'nodejs24.x',
        Environment: { Variables: { ...functionFacts().environment, TIDEMARK_PARTIAL_BATCHES: 'yes' } },
      },
    },
    [`GET /blobs/?prefix=${folder}`]: {
      body: listing([`${folder}id-1`, '2020-09-13T12:26:40.000Z'], [`${folder}id-2`, '2023-11-14T22:13:20.000Z']),
    },
    [`GET /blobs/${folder}id-1`]: { body: '2' },
    [`GET /blobs/${folder}id-2`]: { body: '4' },
    ...changes,
  });
}

/** A listing of S3's, of keys with the time at which they were written. */
export function listing(...objects: ReadonlyArray<readonly [key: string, lastModified: string]>): string {
  const contents = objects.map(
    ([key, lastModified]) => `<Contents><Key>${key}</Key><LastModified>${lastModified}</LastModified></Contents>`,
  );
  return `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${contents.join('')}</ListBucketResult>`;
}
