import {
  DeleteStackCommand,
  DescribeStacksCommand,
  paginateDescribeStacks,
  paginateListStackResources,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { DeleteObjectsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import type { EmulatorClients } from './clients.ts';

/** Whether `cdk bootstrap` has been here. */
export async function isBootstrapped({ cloudformation }: EmulatorClients): Promise<boolean> {
  try {
    const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' }));
    return Stacks[0]?.StackStatus?.endsWith('_COMPLETE') === true && !Stacks[0].StackStatus.startsWith('ROLLBACK');
  } catch (error) {
    if (/does not exist/.test(messageOf(error))) return false;
    throw error;
  }
}

/** Names of the stacks of all pipelines. */
export async function pipelineStacks({ cloudformation }: EmulatorClients): Promise<string[]> {
  const names: string[] = [];
  for await (const { Stacks = [] } of paginateDescribeStacks({ client: cloudformation }, {})) {
    for (const { StackName = '', StackStatus, Tags = [] } of Stacks) {
      if (
        StackStatus !== 'DELETE_COMPLETE' &&
        StackName.startsWith('Tidemark-') &&
        Tags.some(({ Key }) => Key === 'pipeline')
      )
        names.push(StackName);
    }
  }
  return names.sort();
}

/**
 * Deletes a stack with everything in it, its buckets' objects too.
 *
 * @throws STACK_NOT_DELETED (internal)
 */
export async function deleteStack(clients: EmulatorClients, stack: string): Promise<void> {
  for (const bucket of await bucketsOf(clients, stack)) await emptyBucket(clients, bucket);
  const StackName = stack;
  await clients.cloudformation.send(new DeleteStackCommand({ StackName }));
  try {
    await waitUntilStackDeleteComplete(
      { client: clients.cloudformation, maxWaitTime: 120, minDelay: 1, maxDelay: 2 },
      { StackName },
    );
  } catch (cause) {
    throw new TidemarkError(
      'internal',
      'STACK_NOT_DELETED',
      `stack ${stack} must be deleted, got ${messageOf(cause)}; see its events: aws cloudformation describe-stack-events --stack-name ${stack}`,
      { cause },
    );
  }
}

async function bucketsOf({ cloudformation }: EmulatorClients, StackName: string): Promise<string[]> {
  const buckets: string[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client: cloudformation },
    { StackName },
  )) {
    for (const { ResourceType, PhysicalResourceId, ResourceStatus } of StackResourceSummaries) {
      if (
        ResourceType === 'AWS::S3::Bucket' &&
        PhysicalResourceId !== undefined &&
        ResourceStatus !== 'DELETE_COMPLETE'
      )
        buckets.push(PhysicalResourceId);
    }
  }
  return buckets;
}

/** A bucket that is gone already is as good as empty. */
async function emptyBucket({ s3 }: EmulatorClients, Bucket: string): Promise<void> {
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
      const Objects = Contents.map(({ Key }) => ({ Key }));
      if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchBucket') throw error;
  }
}
