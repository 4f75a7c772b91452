import {
  CreateStackCommand,
  DeleteStackCommand,
  ListStackResourcesCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import type { StackClients } from '../../../operate/stack/clients.ts';

const WAIT = { maxWaitTime: 30, minDelay: 1, maxDelay: 1 };

export interface Allowed {
  /** What the logical ids of the roles begin with. */
  readonly roles: readonly string[];
  /** @example 'kinesis:GetRecords' */
  readonly action: string;
}

/** Lets roles of stacks do what MiniStack asks for and AWS does not, on anything, while `during` runs; see docs/localstack.md. */
export async function allowing(
  { cloudformation }: StackClients,
  stacks: readonly string[],
  { roles, action }: Allowed,
  during: () => Promise<void>,
): Promise<void> {
  const listed = await Promise.all(
    stacks.map((stack) => cloudformation.send(new ListStackResourcesCommand({ StackName: stack }))),
  );
  const resources = listed.flatMap(({ StackResourceSummaries = [] }) => StackResourceSummaries);
  const found = resources.filter(
    ({ ResourceType, LogicalResourceId = '' }) =>
      ResourceType === 'AWS::IAM::Role' && roles.some((role) => LogicalResourceId.startsWith(role)),
  );
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] };
  const StackName = `allow-${action.replace(':', '-')}`;
  const Properties = {
    PolicyName: StackName,
    Roles: found.map(({ PhysicalResourceId }) => PhysicalResourceId),
    PolicyDocument: document,
  };
  await cloudformation.send(
    new CreateStackCommand({
      StackName,
      Capabilities: ['CAPABILITY_IAM'],
      TemplateBody: JSON.stringify({ Resources: { Policy: { Type: 'AWS::IAM::Policy', Properties } } }),
    }),
  );
  await waitUntilStackCreateComplete({ client: cloudformation, ...WAIT }, { StackName });
  try {
    await during();
  } finally {
    await cloudformation.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete({ client: cloudformation, ...WAIT }, { StackName });
  }
}
