import { describe, expect, it } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import type { DeployedTopology } from '../../../../lib/deployed-topology.ts';
import { rightsOf } from '../../rights.ts';
import { orders, synthesize } from '../../synthesize.ts';
import { created, existing, kafkaStack, kafkaTemplate, selfManaged, subnets, usingStack } from './clusters.ts';
import type { KafkaOptions } from './clusters.ts';

const template = kafkaTemplate(created.serverless);
const groupOf = (reference: unknown): string =>
  JSON.stringify(reference).replace(/^.*"KafkaNetwork(\D+)[0-9A-F]{8}".*$/, '$1');

/** Every rule of every group, as `Clients -> Brokers:9098`. */
function rulesOf(of: Template): string[] {
  const inline = (direction: 'SecurityGroupEgress' | 'SecurityGroupIngress') =>
    Object.entries(of.findResources('AWS::EC2::SecurityGroup')).flatMap(([id, { Properties }]) =>
      ((Properties[direction] ?? []) as Array<{ CidrIp: string; FromPort: number; ToPort: number }>).map(
        ({ CidrIp, FromPort, ToPort }) => {
          const [group, ports] = [groupOf({ Ref: id }), FromPort === ToPort ? FromPort : `${FromPort}-${ToPort}`];
          return direction === 'SecurityGroupEgress'
            ? `${group} -> ${CidrIp}:${ports}`
            : `${CidrIp} -> ${group}:${ports}`;
        },
      ),
    );
  const egress = Object.values(of.findResources('AWS::EC2::SecurityGroupEgress')).map(
    ({ Properties: p }) => `${groupOf(p.GroupId)} -> ${groupOf(p.DestinationSecurityGroupId)}:${p.FromPort} out`,
  );
  const ingress = Object.values(of.findResources('AWS::EC2::SecurityGroupIngress')).map(
    ({ Properties: p }) => `${groupOf(p.SourceSecurityGroupId)} -> ${groupOf(p.GroupId)}:${p.FromPort} in`,
  );
  return [...inline('SecurityGroupEgress'), ...inline('SecurityGroupIngress'), ...egress, ...ingress].sort();
}

function endpointsOf(
  options: KafkaOptions,
): Record<string, { readonly type: string; readonly statements: ReadonlyArray<Record<string, unknown>> }> {
  const endpoints = Object.values(kafkaTemplate(created.serverless, options).findResources('AWS::EC2::VPCEndpoint'));
  return Object.fromEntries(
    endpoints.map(({ Properties: p }) => [
      /\.([a-z0-9-]+)"\]\]\}$/.exec(JSON.stringify(p.ServiceName))?.[1],
      { type: p.VpcEndpointType as string, statements: p.PolicyDocument.Statement },
    ]),
  );
}

describe('the network of a cluster that is created', () => {
  it('has three subnets in three zones of whatever region it is', () => {
    const zones = Object.values(template.findResources('AWS::EC2::Subnet')).map(
      ({ Properties }) => Properties.AvailabilityZone as unknown,
    );
    expect(zones).toEqual([0, 1, 2].map((zone) => ({ 'Fn::Select': [zone, { 'Fn::GetAZs': '' }] })));
  });

  it.each([
    'AWS::EC2::InternetGateway',
    'AWS::EC2::NatGateway',
    'AWS::EC2::EgressOnlyInternetGateway',
    'AWS::EC2::Route',
  ])('has no %s', (type) => {
    template.resourceCountIs(type, 0);
  });

  it('lets functions and pollers reach brokers and services, and nobody reach a function', () => {
    expect(rulesOf(template)).toEqual([
      'Brokers -> 0.0.0.0/0:443',
      'Brokers -> Brokers:9098 in',
      'Brokers -> Brokers:9098 out',
      'Brokers -> Endpoints:443 in',
      'Clients -> 0.0.0.0/0:443',
      'Clients -> Brokers:9098 in',
      'Clients -> Brokers:9098 out',
      'Clients -> Endpoints:443 in',
      'Endpoints -> 255.255.255.255/32:252-86', // what CloudFormation takes for nowhere
    ]);
  });

  it('logs what it rejects, as long as the other logs', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT', ResourceType: 'VPC' });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('lets whoever writes the flow logs write to their group', () => {
    const ofLogs = rightsOf(template).filter(({ resources }) => resources.includes('KafkaNetworkRejectedTraffic.Arn'));
    expect(ofLogs).toEqual([
      {
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        resources: ['KafkaNetworkRejectedTraffic.Arn'],
      },
    ]);
  });
});

describe('endpoints', () => {
  it('are free ones to S3 and DynamoDB, and those that the stage asks for', () => {
    const typesOf = (options: KafkaOptions) =>
      Object.entries(endpointsOf(options))
        .map(([service, { type }]) => `${service} ${type}`)
        .sort();
    expect(typesOf({})).toEqual([
      'dynamodb Gateway',
      'kinesis-firehose Interface',
      'lambda Interface',
      's3 Gateway',
      'sts Interface',
    ]);
    const polling = { mode: 'provisioned', minPollers: 1, maxPollers: 1 } as const;
    expect(typesOf({ lakeDelivery: { by: 'function' }, kafka: { polling } })).toEqual([
      'dynamodb Gateway',
      's3 Gateway',
    ]);
    expect(
      typesOf({ lakeDelivery: { by: 'function' }, kafka: { polling, services: ['glue', 'kinesis-streams'] } }),
    ).toEqual(['dynamodb Gateway', 'glue Interface', 'kinesis-streams Interface', 's3 Gateway']);
  });

  it('let through what the functions of a pipeline may ask of these services', () => {
    const services = ['glue', 'kinesis-streams'] as const;
    const through = new Set(
      Object.values(endpointsOf({ kafka: { services } })).flatMap(({ statements }) =>
        statements.flatMap(({ Action }) => Action as string | string[]),
      ),
    );
    const format = { kind: 'avro', registry: 'glue', readerSchema: undefined } as const;
    const [toStream, toTopic] = [
      { kind: 'stream', stream: 'totals' },
      { kind: 'topic', topic: 'totals', latestPer: 'window' },
    ] as const;
    const pipelines: DeployedTopology[] = [
      {
        ...orders,
        source: { ...orders.source, kind: 'kinesis', stream: 'purchases', format },
        sinks: [...orders.sinks, toTopic],
      },
      {
        ...orders,
        source: { ...orders.source, kind: 'kafka', topic: 'purchases', format },
        sinks: [...orders.sinks, toStream],
      },
    ];
    const asked = pipelines
      .flatMap((topology) => rightsOf(synthesize({ topology, overrides: { kafka: { services } } })))
      .flatMap(({ actions }) => actions);
    const needed = [...new Set(asked)].filter((action) =>
      /^(dynamodb|firehose|glue:GetSchemaVersion$|kinesis|s3:(\w+Object|ListBucket)$)/.test(action),
    );
    expect(needed.length).toBeGreaterThan(12);
    expect(needed.filter((action) => !through.has(action))).toEqual([]);
  });

  it('let nobody through but this account, and Lambda for its pollers', () => {
    const account = { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } };
    const statements = Object.entries(endpointsOf({ kafka: { services: ['glue', 'kinesis-streams'] } })).flatMap(
      ([service, endpoint]) => endpoint.statements.map((statement) => ({ service, ...statement })),
    );
    for (const { service, ...statement } of statements as Array<Record<string, unknown>>) {
      if (service === 'lambda' || service === 'sts')
        expect(statement['Principal']).toEqual({ Service: 'lambda.amazonaws.com' });
      else expect(statement['Condition']).toEqual(account);
    }
    expect(statements.map(({ service }) => service).sort()).toEqual([
      'dynamodb',
      'glue',
      'kinesis-firehose',
      'kinesis-streams',
      'lambda',
      's3',
      'sts',
    ]);
  });

  it('lead nowhere else: a pipeline with a schema registry of Confluent is refused', () => {
    const format = { kind: 'avro', registry: 'confluent', readerSchema: undefined } as const;
    const topology: DeployedTopology = {
      ...orders,
      source: { ...orders.source, kind: 'kafka', topic: 'purchases', format },
    };
    const schemaRegistry = { address: 'https://registry.example.com' };
    expect(() => synthesize({ topology, overrides: { schemaRegistry } })).toThrow(
      'network of the cluster must have a way to the internet for avro({ … }) of orders, got none; name one of your own in kafka.cluster.network',
    );
    expect(() => synthesize({ topology, overrides: { schemaRegistry, kafka: { cluster: existing } } })).not.toThrow();
  });

  it('are checked when a pipeline is put together', () => {
    const { network } = kafkaStack(created.serverless).cluster;
    expect(() => network?.requireService('firehose', 'lake() of orders')).not.toThrow();
    const refused = () => network?.requireService('kinesis-streams', 'stream() of orders');
    expect(refused).toThrow(
      'services of the network must have what stream() of orders calls, got ["firehose","lambda","sts"]; add "kinesis-streams" to kafka.services of the stage',
    );
    expect(refused).toThrow(expect.objectContaining({ code: 'SERVICE_OUT_OF_REACH', kind: 'invalid' }));
    const refusedInternet = () => network?.requireInternet('avro() of orders');
    expect(refusedInternet).toThrow(
      'network of the cluster must have a way to the internet for avro() of orders, got none; name one of your own in kafka.cluster.network',
    );
    expect(refusedInternet).toThrow(expect.objectContaining({ code: 'INTERNET_OUT_OF_REACH', kind: 'invalid' }));
  });
});

describe('a network that is there already', () => {
  it('gets security groups for a cluster that is created, and nothing else', () => {
    const inTheirs = kafkaTemplate({ kind: 'serverless', network: subnets });
    expect(Object.keys(inTheirs.findResources('AWS::EC2::SecurityGroup'))).toHaveLength(2);
    for (const type of ['AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::VPCEndpoint', 'AWS::EC2::FlowLog'])
      inTheirs.resourceCountIs(type, 0);
    inTheirs.hasResourceProperties('AWS::MSK::ServerlessCluster', {
      VpcConfigs: [{ SubnetIds: subnets.subnets.map(({ subnetId }) => subnetId) }],
    });
  });

  it('keeps its own security group as it is, which the brokers let in', () => {
    const inTheirs = kafkaTemplate({
      kind: 'serverless',
      network: { ...subnets, securityGroupId: 'sg-0123456789abcdef0' },
    });
    expect(Object.keys(inTheirs.findResources('AWS::EC2::SecurityGroup'))).toHaveLength(1);
    inTheirs.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      SourceSecurityGroupId: 'sg-0123456789abcdef0',
      FromPort: 9098,
      ToPort: 9098,
    });
    for (const { Properties } of Object.values(inTheirs.findResources('AWS::EC2::SecurityGroupEgress')))
      expect(Properties.GroupId).not.toBe('sg-0123456789abcdef0');
  });

  it('is where the functions of a cluster of somebody else stand, and is not asked what it reaches', () => {
    usingStack(existing, ({ network }) => {
      expect(network?.subnets.map(({ subnetId }) => subnetId)).toEqual(subnets.subnets.map(({ subnetId }) => subnetId));
      expect(network?.clients.securityGroupId).toBe('sg-0123456789abcdef0');
      expect(() => network?.requireService('glue', 'avro() of orders')).not.toThrow();
      expect(() => network?.requireInternet('avro() of orders')).not.toThrow();
    });
  });

  it('is none for brokers with public addresses', () => {
    usingStack(selfManaged, ({ network }) => expect(network).toBeUndefined());
  });
});
