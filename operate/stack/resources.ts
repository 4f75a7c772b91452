import { paginateListStackResources } from '@aws-sdk/client-cloudformation';
import type { StackClients } from './clients.ts';
import { asking } from './failure.ts';

/** A resource of a stack, as it exists in the account. */
export interface StackResource {
  /** e.g. `AWS::Lambda::EventSourceMapping` */
  readonly type: string;
  readonly id: string;
}

/** @throws STACK_REFUSED (invalid), STACK_UNAVAILABLE (unavailable) */
export async function listResources(
  { cloudformation }: Pick<StackClients, 'cloudformation'>,
  stack: string,
): Promise<StackResource[]> {
  return asking(stack, 'cloudformation:ListStackResources', async () => {
    const found: StackResource[] = [];
    for await (const page of paginateListStackResources({ client: cloudformation }, { StackName: stack })) {
      for (const { ResourceType: type = '', PhysicalResourceId: id = '' } of page.StackResourceSummaries ?? [])
        if (id !== '') found.push({ type, id });
    }
    return found;
  });
}

export function idsOf(resources: readonly StackResource[], type: string): string[] {
  return resources.filter((resource) => resource.type === type).map(({ id }) => id);
}
