import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import type { Template } from 'aws-cdk-lib/assertions';
import { readEnvironment } from '../../../lambdas/environment.ts';
import { readKafkaEnvironment } from '../../../lambdas/kafka-environment.ts';
import type { DeployedTopology } from '../../../lib/deployed-topology.ts';
import type { StageOverrides } from '../../../lib/settings.ts';
import { created, existing, selfManaged } from '../ingest/kafka/clusters.ts';
import { exchanged, exchangedTwice, orders, purchases, returns, synthesize, united } from '../synthesize.ts';

const FUNCTION = 'AWS::Lambda::Function';
const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:registry-a1b2c3';
const caSecretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:authority-a1b2c3';
const READ = Object.keys(
  readEnvironment({ TIDEMARK_LOG_TABLE: 't', TIDEMARK_BLOBS: 'file:///b', TIDEMARK_LAKE: 'file:///l' }),
);
const avro = { kind: 'avro', registry: 'confluent', readerSchema: undefined } as const;

/** Between them, all that a pipeline can have. */
const variants: ReadonlyArray<readonly [string, DeployedTopology, StageOverrides]> = [
  ['a stream', orders, {}],
  ['two exchanges', exchangedTwice(orders), {}],
  [
    'tables of an earlier stack',
    orders,
    { retained: { orders: { logTable: 'log', snapshotBucket: 'snapshots', resultsTable: 'results' } } },
  ],
  ['a topic of a serverless cluster', purchases, {}],
  ['a topic of an existing cluster', purchases, { kafka: { cluster: existing } }],
  ['a topic of a self-managed cluster', purchases, { kafka: { cluster: { ...selfManaged, caSecretArn } } }],
  [
    'a topic of results',
    {
      ...orders,
      sinks: [
        { kind: 'topic', topic: 'totals', latestPer: 'key' },
        { kind: 'stream', stream: 'totals' },
      ],
    },
    { kafka: { cluster: selfManaged } },
  ],
  ['an exchange', exchanged(orders), {}],
  [
    'Avro of Confluent',
    { ...orders, source: { ...orders.source, format: avro } },
    { schemaRegistry: { address: 'https://registry.example.com', secretArn } },
  ],
];
/** Each function has what it reads by: no two have the same. */
const several = ['several sources', united(orders, returns), { kafka: { cluster: existing } }] as const;

interface Resource {
  readonly Properties: {
    readonly Description: string;
    readonly VpcConfig?: unknown;
    readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}
const functionsOf = (template: Template): Resource['Properties'][] =>
  Object.values(template.findResources(FUNCTION)).map((resource) => (resource as Resource).Properties);
const variablesOf = (template: Template): string[][] =>
  functionsOf(template)
    .filter(({ Description }) => /runs the pipeline|moves time on/.test(Description))
    .map(({ Environment }) => Object.keys(Environment?.Variables ?? {}));

describe('the environment of the functions of a pipeline', () => {
  it.each(variants)('with %s has nothing that nobody reads', (_, topology, overrides) => {
    const [processor, ...others] = variablesOf(synthesize({ topology, overrides }));
    // Which exchange it is for is said to receivers alone, and only where there are several.
    const same = others.map((names) => names.filter((name) => name !== 'TIDEMARK_EXCHANGE'));
    expect(same).toEqual(Array(1 + (topology.downstream?.length ?? 0)).fill(processor));
    expect(processor?.filter((name) => !READ.includes(name))).toEqual([]);
  });

  it('sets no variable that its code does not read, with several sources', () => {
    const [, topology, overrides] = several;
    const names = variablesOf(synthesize({ topology, overrides }));
    expect(names).toHaveLength(5);
    expect([...new Set(names.flat())].filter((name) => !READ.includes(name))).toEqual([]);
  });

  it('lacks nothing that is read, in one pipeline or another', () => {
    const set = new Set(
      [...variants, several].flatMap(([, topology, overrides]) =>
        variablesOf(synthesize({ topology, overrides })).flat(),
      ),
    );
    expect(READ.filter((name) => !set.has(name))).toEqual([]);
  });

  it('passes what it is read with', () => {
    const variables = functionsOf(
      synthesize({ topology: purchases, overrides: { kafka: { cluster: { ...selfManaged, caSecretArn } } } }),
    ).find(({ Description }) => /makes and configures/.test(Description))?.Environment?.Variables;
    expect(readKafkaEnvironment(variables as Record<string, string>)).toEqual({
      TIDEMARK_KAFKA_BROKERS: 'pkc-1.example.com:9092',
      TIDEMARK_KAFKA_AUTH: 'plain',
      TIDEMARK_KAFKA_SECRET: selfManaged.auth.secretArn,
      TIDEMARK_KAFKA_CA: caSecretArn,
    });
  });
});

describe('the functions of a pipeline with a topic', () => {
  it.each([
    ['serverless', created.serverless, /^Tidemark-kafka-dev:/],
    ['existing', existing, /^subnet-/],
  ] as const)(
    'stand in the network of a cluster that is %s, all but the one that CloudFormation calls',
    (_, cluster, subnet) => {
      const functions = functionsOf(synthesize({ topology: purchases, overrides: { kafka: { cluster } } }));
      expect(
        functions.filter(({ VpcConfig }) => VpcConfig === undefined).map(({ Description }) => Description),
      ).toEqual([expect.stringMatching(/^AWS CDK resource provider framework/)]);
      for (const { VpcConfig } of functions.filter((one) => one.VpcConfig !== undefined)) {
        const { SubnetIds, SecurityGroupIds } = VpcConfig as Record<
          string,
          ReadonlyArray<string | { readonly 'Fn::ImportValue': string }>
        >;
        expect([SubnetIds?.length, SecurityGroupIds?.length]).toEqual([3, 1]);
        for (const id of SubnetIds ?? []) expect(typeof id === 'string' ? id : id['Fn::ImportValue']).toMatch(subnet);
      }
    },
  );

  it('stand outside of any where the brokers are on the internet, as those of a stream do', () => {
    for (const [topology, overrides] of [
      [purchases, { kafka: { cluster: selfManaged } }],
      [orders, {}],
    ] as const) {
      expect(functionsOf(synthesize({ topology, overrides })).flatMap(({ VpcConfig }) => VpcConfig ?? [])).toEqual([]);
    }
  });

  it('run on Node 24 on arm64', () => {
    for (const handler of ['process-kafka', 'tick-kafka', 'kafka-topic']) {
      synthesize({ topology: purchases }).resourcePropertiesCountIs(
        FUNCTION,
        { Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: `${handler}.handler` },
        1,
      );
    }
  });

  it('are told of no stream: the schedule names none', () => {
    synthesize({ topology: purchases }).hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      Target: Match.objectLike({ Input: '{}' }),
    });
  });
});

describe('a format with schemas', () => {
  const withFormat = (format: DeployedTopology['source']['format']): DeployedTopology => ({
    ...purchases,
    source: { ...purchases.source, format },
  });

  it('is told where they are, and from which secret its credentials come', () => {
    const template = synthesize({
      topology: withFormat(avro),
      overrides: {
        kafka: { cluster: existing },
        schemaRegistry: { address: 'https://registry.example.com', secretArn },
      },
    });
    template.resourcePropertiesCountIs(
      FUNCTION,
      {
        Environment: {
          Variables: Match.objectLike({
            TIDEMARK_SCHEMA_REGISTRY: 'https://registry.example.com',
            TIDEMARK_SCHEMA_REGISTRY_SECRET: secretArn,
          }),
        },
      },
      2,
    );
  });

  it('is refused when the stage does not say where they are', () => {
    expect(() => synthesize({ topology: withFormat(avro), overrides: { kafka: { cluster: existing } } })).toThrow(
      expect.objectContaining({
        code: 'NEEDS_SCHEMA_REGISTRY',
        kind: 'invalid',
        message:
          "schemaRegistry of the stage must be the place of the schemas that orders reads, got none; pass { address: 'https://…' }",
      }),
    );
  });

  it('of Glue needs no address, but a way to Glue', () => {
    const topology = withFormat({ ...avro, registry: 'glue' });
    expect(() => synthesize({ topology, overrides: { kafka: { services: ['glue'] } } })).not.toThrow();
    expect(() => synthesize({ topology })).toThrow(expect.objectContaining({ code: 'SERVICE_OUT_OF_REACH' }));
  });

  it.each(['registry.example.com', 'https://key:secret@registry.example.com', 'ftp://registry.example.com'])(
    'has no registry at %s, nor is that shown',
    (address) => {
      expect(() => synthesize({ overrides: { schemaRegistry: { address } } })).toThrow(
        'schemaRegistry.address must be an http address without credentials, got ""; put those into a secret and its ARN into schemaRegistry.secretArn',
      );
    },
  );
});
