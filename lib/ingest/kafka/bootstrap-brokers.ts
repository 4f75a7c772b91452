import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import type { StageSettings } from '../../settings.ts';

const IAM_BROKERS = 'BootstrapBrokerStringSaslIam';

export interface BootstrapBrokersProps {
  readonly clusterArn: string;
  /** Anything that changes when the brokers do. */
  readonly brokersOf: string;
  readonly settings: StageSettings;
}

/** Addresses of the brokers for clients that come with IAM, asked for while the stack is deployed: CloudFormation has no attribute for them. */
export function bootstrapBrokers(scope: Construct, { clusterArn, brokersOf, settings }: BootstrapBrokersProps): string {
  const logGroup = new LogGroup(scope, 'BootstrapBrokersLogs', {
    retention: settings.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  // A role of one's own: the library's has a managed policy.
  const role = new Role(scope, 'BootstrapBrokersRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  const resource = new AwsCustomResource(scope, 'BootstrapBrokers', {
    resourceType: 'Custom::BootstrapBrokers',
    onUpdate: {
      service: '@aws-sdk/client-kafka',
      action: 'GetBootstrapBrokers',
      parameters: { ClusterArn: clusterArn },
      outputPaths: [IAM_BROKERS],
      physicalResourceId: PhysicalResourceId.of(brokersOf),
    },
    policy: AwsCustomResourcePolicy.fromStatements([
      new PolicyStatement({ actions: ['kafka:GetBootstrapBrokers'], resources: [clusterArn] }),
    ]),
    installLatestAwsSdk: false,
    role,
    logGroup,
  });
  return resource.getResponseField(IAM_BROKERS);
}
