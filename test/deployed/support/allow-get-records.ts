import {
  CreateStackCommand,
  DeleteStackCommand,
  ListStackResourcesCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import type { StackClients } from '../../../operate/stack/clients.ts';

const STACK = 'allow-get-records';
const WAIT = { maxWaitTime: 30, minDelay: 1, maxDelay: 1 };

/**
 * Lets the tick read from any stream while `during` runs. MiniStack does not know which stream an iterator belongs to, so it
 * refuses GetRecords to whoever may read one stream only; see docs/localstack.md.
 */
export async function allowingGetRecords(
  { cloudformation }: StackClients,
  stack: string,
  during: () => Promise<void>,
): Promise<void> {
  const { StackResourceSummaries = [] } = await cloudformation.send(
    new ListStackResourcesCommand({ StackName: stack }),
  );
  const role = StackResourceSummaries.find(
    ({ ResourceType, LogicalResourceId = '' }) =>
      ResourceType === 'AWS::IAM::Role' && LogicalResourceId.startsWith('TickRole'),
  );
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'kinesis:GetRecords', Resource: '*' }],
  };
  const Properties = { PolicyName: STACK, Roles: [role?.PhysicalResourceId], PolicyDocument: document };
  await cloudformation.send(
    new CreateStackCommand({
      StackName: STACK,
      Capabilities: ['CAPABILITY_IAM'],
      TemplateBody: JSON.stringify({ Resources: { Policy: { Type: 'AWS::IAM::Policy', Properties } } }),
    }),
  );
  await waitUntilStackCreateComplete({ client: cloudformation, ...WAIT }, { StackName: STACK });
  try {
    await during();
  } finally {
    await cloudformation.send(new DeleteStackCommand({ StackName: STACK }));
    await waitUntilStackDeleteComplete({ client: cloudformation, ...WAIT }, { StackName: STACK });
  }
}
