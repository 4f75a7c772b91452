import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import type { StreamFacts } from '../../adapters/kinesis/stream-facts.ts';
import { errorName } from '../../adapters/shared/aws-failure.ts';
import type { DoctorClients } from './clients.ts';
import { asking } from './failure.ts';
import { idsOf, listResources, type StackResource } from './resources.ts';
import type { BesideFacts, KeyFacts, ScheduleFacts, StackFacts } from './stack-facts.ts';

/**
 * Looks at what a pipeline needs beside its functions and tables: concurrency, what calls the tick, and the keys.
 *
 * @throws STACK_REFUSED (invalid), STACK_UNAVAILABLE (unavailable)
 */
export async function describeBeside(
  clients: DoctorClients,
  { stack, function: fn, source }: StackFacts,
): Promise<BesideFacts> {
  const { lambda } = clients;
  const { ReservedConcurrentExecutions } = await asking(stack, 'lambda:GetFunctionConcurrency', () =>
    lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: fn.name })),
  );
  const { AccountLimit } = await asking(stack, 'lambda:GetAccountSettings', () =>
    lambda.send(new GetAccountSettingsCommand({})),
  );
  const resources = await listResources(clients, stack);
  return {
    reservedConcurrency: ReservedConcurrentExecutions,
    sharedConcurrency: AccountLimit?.UnreservedConcurrentExecutions,
    schedules: await describeSchedules(clients, stack, resources),
    keys: await describeKeys(clients, stack, resources, source.kind === 'kinesis' ? source.stream : undefined),
  };
}

async function describeSchedules(
  { scheduler }: DoctorClients,
  stack: string,
  resources: readonly StackResource[],
): Promise<ScheduleFacts[]> {
  return Promise.all(
    idsOf(resources, 'AWS::Scheduler::Schedule').map(async (Name) => {
      const found = await asking(stack, 'scheduler:GetSchedule', () =>
        orGone(scheduler.send(new GetScheduleCommand({ Name }))),
      );
      return { name: Name, state: found?.State, expression: found?.ScheduleExpression };
    }),
  );
}

/** Keys of the stack are those of its alarms; a stream has one of AWS, which nobody can take away, or somebody's own. */
async function describeKeys(
  { kms }: DoctorClients,
  stack: string,
  resources: readonly StackResource[],
  stream: StreamFacts | undefined,
): Promise<KeyFacts[]> {
  const stateOf = async (KeyId: string): Promise<string | undefined> =>
    (await asking(stack, 'kms:DescribeKey', () => orGone(kms.send(new DescribeKeyCommand({ KeyId })))))?.KeyMetadata
      ?.KeyState;
  const ofAlarms = idsOf(resources, 'AWS::KMS::Key').map(async (id): Promise<KeyFacts> => {
    const policy = await asking(stack, 'kms:GetKeyPolicy', () =>
      orGone(kms.send(new GetKeyPolicyCommand({ KeyId: id }))),
    );
    return {
      id,
      use: 'alarms',
      state: await stateOf(id),
      letsAlarmsThrough: policy?.Policy?.includes('cloudwatch.amazonaws.com') === true,
    };
  });
  const { keyId } = stream ?? {};
  const ofStream =
    keyId === undefined || keyId.endsWith('alias/aws/kinesis')
      ? []
      : [stateOf(keyId).then((state): KeyFacts => ({ id: keyId, use: 'stream', state, letsAlarmsThrough: undefined }))];
  return Promise.all([...ofAlarms, ...ofStream]);
}

/** Somebody may have deleted it by hand: that is a finding, not an error. */
async function orGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (/^(ResourceNotFoundException|NotFoundException)$/.test(errorName(error))) return undefined;
    throw error;
  }
}
