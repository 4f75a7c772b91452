import { describe, expect, it } from '@jest/globals';
import { App, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { pathToFileURL } from 'node:url';
import { definitionSites, siteIn } from '../../engine/dsl/definition-site.ts';
import { entryOf } from '../../lib/entry-of.ts';
import { stageSettings, StreamingPipeline } from '../../lib/index.ts';
import flights from '../../pipelines/flights.ts';
import flightsKafka from '../../pipelines/flights-kafka.ts';
import { rightsOf } from './rights.ts';
import { orders } from './synthesize.ts';

const newStack = (): Stack => new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Shop');
const shop = { pipeline: { topology: orders }, entry: 'pipelines/orders.ts' };

// The rules of CloudFormation have a test of their own; here they would cost five seconds.
process.env['CDK_VALIDATION'] = 'false';

describe('StreamingPipeline in a stack of somebody else', () => {
  it('needs nothing but the pipeline', () => {
    const stack = newStack();
    new StreamingPipeline(stack, 'Flights', { pipeline: flights });
    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', { Name: 'departures' });
  });

  it('finds the module of a pipeline that is fed from a topic instead', () => {
    const stack = newStack();
    new StreamingPipeline(stack, 'FlightsKafka', { pipeline: flightsKafka });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::EventSourceMapping', { Topics: ['departures'] });
    expect(entryOf('flights-kafka', undefined)).toMatch(/\/pipelines\/flights-kafka\.ts$/);
  });

  it('has room for several, each with its own names', () => {
    const stack = newStack();
    new StreamingPipeline(stack, 'Orders', shop);
    new StreamingPipeline(stack, 'Returns', {
      ...shop,
      pipeline: {
        topology: { ...orders, name: 'returns', source: { ...orders.source, kind: 'kinesis', stream: 'returns' } },
      },
    });
    const template = Template.fromStack(stack);
    const names = (type: string, property: string): unknown[] =>
      Object.values(template.findResources(type)).map(({ Properties }) => Properties[property] as unknown);
    expect(names('AWS::CloudWatch::Dashboard', 'DashboardName')).toEqual([
      'Tidemark-orders-prod',
      'Tidemark-returns-prod',
    ]);
    expect(names('AWS::Athena::WorkGroup', 'Name')).toEqual(['Tidemark-orders-prod', 'Tidemark-returns-prod']);
    const alarms = names('AWS::CloudWatch::Alarm', 'AlarmName');
    expect(new Set(alarms).size).toBe(alarms.length);
  });

  it('keeps its data unless told otherwise', () => {
    const kept = newStack();
    new StreamingPipeline(kept, 'Orders', shop);
    Template.fromStack(kept).allResources('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: { DeletionProtectionEnabled: true },
    });
    const gone = newStack();
    new StreamingPipeline(gone, 'Orders', { ...shop, removalPolicy: RemovalPolicy.DESTROY });
    Template.fromStack(gone).allResources('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
    Template.fromStack(gone).allResources('AWS::Kinesis::Stream', { DeletionPolicy: 'Delete' });
  });

  it('takes settings of a stage, and tags', () => {
    const stack = newStack();
    Tags.of(
      new StreamingPipeline(stack, 'Orders', { ...shop, settings: stageSettings('dev', { memoryMiB: 512 }) }),
    ).add('team', 'checkout');
    const template = Template.fromStack(stack);
    template.allResourcesProperties('AWS::DynamoDB::Table', { Tags: [{ Key: 'team', Value: 'checkout' }] });
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { MemorySize: 512 }, 2);
  });

  it('grants to others: put records, read results', () => {
    const pipeline = new StreamingPipeline(newStack(), 'Orders', shop);
    const api = new Role(Stack.of(pipeline), 'Api', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    pipeline.grantPut(api);
    pipeline.results?.grantReadData(api);
    const granted = rightsOf(Template.fromStack(Stack.of(pipeline))).flatMap(({ actions }) => actions);
    expect(granted).toEqual(expect.arrayContaining(['kinesis:PutRecords', 'dynamodb:Query']));
  });
});

describe('entryOf', () => {
  it('is the module that called pipeline(…)', () => {
    expect(definitionSites('flights')).toHaveLength(1);
    expect(entryOf('flights', undefined)).toMatch(/\/pipelines\/flights\.ts$/);
  });

  it('is the given path, made absolute', () => {
    expect(entryOf('orders', 'pipelines/orders.ts', ['/elsewhere.ts'])).toBe(`${process.cwd()}/pipelines/orders.ts`);
  });

  it('takes a file URL, with what it escapes', () => {
    expect(entryOf('orders', undefined, [pathToFileURL('/a b/orders.ts').href])).toBe('/a b/orders.ts');
  });

  it.each([[[]], [['/a.ts', '/b.ts']]])('refuses to guess from %j', (sites) => {
    expect(() => entryOf('orders', undefined, sites)).toThrow(
      `pipeline orders must be defined in one module, got ${JSON.stringify(sites)}; pass entry, the path of the module whose default export it is`,
    );
  });
});

describe('siteIn', () => {
  it.each([
    ['Error\n    at file:///app/orders.ts:3:16\n    at other (/x.ts:1:1)', 'file:///app/orders.ts'],
    ['Error\n    at Object.<anonymous> (/app/orders.ts:3:16)', '/app/orders.ts'],
    ['Error\n    at async file:///app/orders.ts:3:16', 'file:///app/orders.ts'],
    ['Error\n    at make (C:\\app\\orders.ts:3:16)', 'C:\\app\\orders.ts'],
    ['Error\n    at Module._compile (node:internal/modules:3:16)', undefined],
    ['Error', undefined],
  ])('reads %j', (stack, site) => {
    expect(siteIn(stack)).toBe(site);
  });
});
