import { Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Grantee } from './cluster.ts';

const CHANGE = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:UnassignPrivateIpAddresses',
];
const DESCRIBE = [
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];

/**
 * Lambda puts functions and pollers into a network with the rights of the function's role. The code of the function has the same role, so
 * it is denied there: the condition key is in requests of running functions only.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function grantNetworkInterfaces(grantee: Grantee): void {
  const anyOfAccount = Stack.of(grantee).formatArn({ service: 'ec2', resource: '*', resourceName: '*' });
  const { grantPrincipal } = grantee;
  grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: CHANGE, resources: [anyOfAccount] }));
  grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: DESCRIBE, resources: ['*'] }));
  grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      actions: [...CHANGE, ...DESCRIBE],
      resources: ['*'],
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  );
  const acknowledge = (resource: string, reason: string) =>
    Validations.of(grantee).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
  acknowledge(
    'arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:*/*',
    'Lambda checks that the role may change network interfaces whatever their id; the code of the function is denied it.',
  );
  acknowledge('*', 'EC2 knows no resource for what only describes; the code of the function is denied it.');
}
