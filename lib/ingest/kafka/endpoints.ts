import { Stack } from 'aws-cdk-lib';
import { GatewayVpcEndpointAwsService, InterfaceVpcEndpointAwsService, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { GatewayVpcEndpoint, ISecurityGroup, InterfaceVpcEndpoint, IVpc } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { StageSettings } from '../../settings.ts';
import { HTTPS } from './security-groups.ts';
import type { ReachedService } from './settings.ts';

const READ_STREAM = [
  'kinesis:DescribeStream',
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
];

/** An endpoint's service, and what may be asked of it. */
const INTERFACES: Readonly<
  Record<ReachedService, { readonly service: InterfaceVpcEndpointAwsService; readonly actions: readonly string[] }>
> = {
  firehose: { service: InterfaceVpcEndpointAwsService.KINESIS_FIREHOSE, actions: ['firehose:PutRecordBatch'] },
  glue: { service: InterfaceVpcEndpointAwsService.GLUE, actions: ['glue:GetSchemaVersion'] },
  'kinesis-streams': {
    service: InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
    actions: [...READ_STREAM, 'kinesis:PutRecords'],
  },
  lambda: { service: InterfaceVpcEndpointAwsService.LAMBDA, actions: ['lambda:InvokeFunction'] },
  sqs: { service: InterfaceVpcEndpointAwsService.SQS, actions: ['sqs:SendMessage'] },
  sts: { service: InterfaceVpcEndpointAwsService.STS, actions: ['sts:AssumeRole'] },
};

/** Pollers on demand call Lambda with the function's role; functions call Firehose where it brings results to the lake. */
export function servicesReached({ kafka: { polling, services }, lakeDelivery }: StageSettings): ReachedService[] {
  const reached = new Set<ReachedService>([
    ...(polling.mode === 'on-demand' ? (['lambda', 'sts'] as const) : []),
    ...(lakeDelivery.by === 'firehose' ? (['firehose'] as const) : []),
    ...services,
  ]);
  return [...reached].sort();
}

/** Statements of PartiQL write results. */
const DYNAMODB_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:GetItem',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PutItem',
];

export interface EndpointsProps {
  readonly vpc: IVpc;
  readonly services: readonly ReachedService[];
  readonly callers: readonly ISecurityGroup[];
}

/** A way to S3 and DynamoDB, which is free, and one to each of the services. */
export function createEndpoints(scope: Construct, { vpc, services, callers }: EndpointsProps): void {
  const gateway = (id: string, service: GatewayVpcEndpointAwsService): GatewayVpcEndpoint =>
    vpc.addGatewayEndpoint(id, { service });
  const dynamodb = gateway('DynamoDb', GatewayVpcEndpointAwsService.DYNAMODB);
  dynamodb.addToPolicy(byThisAccount(scope, DYNAMODB_ACTIONS));
  const s3 = gateway('S3', GatewayVpcEndpointAwsService.S3);
  s3.addToPolicy(byThisAccount(scope, ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject']));
  if (services.length === 0) return;
  const group = new SecurityGroup(scope, 'Endpoints', {
    vpc,
    allowAllOutbound: false,
    description: 'Tidemark: endpoints of the services',
  });
  for (const caller of callers) group.addIngressRule(caller, HTTPS, 'from functions and pollers');
  for (const name of services) {
    const { service, actions } = INTERFACES[name];
    const endpoint: InterfaceVpcEndpoint = vpc.addInterfaceEndpoint(name, {
      service,
      securityGroups: [group],
      open: false,
      privateDnsEnabled: true,
    });
    endpoint.addToPolicy(name === 'lambda' || name === 'sts' ? byLambda(actions) : byThisAccount(scope, actions));
  }
}

/** What goes through an endpoint is what the functions do; what they may do is in their roles. */
function byThisAccount(scope: Construct, actions: readonly string[]): PolicyStatement {
  const conditions = { StringEquals: { 'aws:PrincipalAccount': Stack.of(scope).account } };
  return new PolicyStatement({ principals: [new AnyPrincipal()], actions: [...actions], resources: ['*'], conditions });
}

/** Pollers take on the role of the function, and call it. */
function byLambda(actions: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal('lambda.amazonaws.com')],
    actions: [...actions],
    resources: ['*'],
  });
}
