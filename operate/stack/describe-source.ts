import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { describeStream } from '../../adapters/kinesis/stream-facts.ts';
import { S3BlobStore } from '../../adapters/s3/blob-store.ts';
import { topicFolder } from '../../engine/partition-count.ts';
import type { StackClients } from './clients.ts';
import { asking } from './failure.ts';
import { storageOf } from './stack-place.ts';
import type { SourceFacts, StackFacts, TopicFacts, TopicIncarnation } from './stack-facts.ts';

type Reader = Pick<StackFacts, 'stack' | 'pipeline' | 'mapping' | 'function'>;

/**
 * The source of a deployed pipeline: a stream by its ARN, a topic by what the pipeline has put on record.
 *
 * @throws NOT_A_PIPELINE_STACK, STACK_REFUSED (invalid), STACK_UNAVAILABLE (unavailable)
 */
export async function describeSource(clients: StackClients, reader: Reader): Promise<SourceFacts> {
  const { kafka, sourceArn = '' } = reader.mapping;
  if (kafka === undefined) return { kind: 'kinesis', stream: await describeStream(clients.kinesis, sourceArn) };
  return { kind: 'kafka', topic: await describeTopic(clients, reader, kafka.topics[0] ?? '') };
}

/** Objects are written once, by the first invocation that meets the topic: their age is the order of its incarnations. */
async function describeTopic(
  { s3 }: StackClients,
  { stack, pipeline = '', function: fn }: Reader,
  name: string,
): Promise<TopicFacts> {
  const { bucket, prefix } = storageOf(stack, fn);
  const folder = topicFolder(pipeline, name);
  const blobs = new S3BlobStore({ client: s3, bucket, prefix });
  const found: TopicIncarnation[] = [];
  await asking(stack, 's3:ListBucket, s3:GetObject', async () => {
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: s3 },
      { Bucket: bucket, Prefix: `${prefix === '' ? '' : `${prefix}/`}${folder}` },
    )) {
      for (const { Key = '', LastModified } of Contents) {
        const id = Key.slice(Key.lastIndexOf('/') + 1);
        const partitions = await blobs.get(`${folder}${id}`);
        found.push({
          id,
          partitions: Number(new TextDecoder().decode(partitions)),
          firstReadMs: LastModified?.getTime() ?? 0,
        });
      }
    }
  });
  return { name, incarnations: found.sort((a, b) => b.firstReadMs - a.firstReadMs) };
}
