import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { StageOverrides } from '../../../lib/settings.ts';
import { doctorStack } from '../../../operate/doctor/doctor-stack.ts';
import { stackClients } from '../../../operate/stack/clients.ts';
import { orders, purchases, synthesize } from '../../lib/synthesize.ts';
import { topologyOf } from '../../engine/support/readings.ts';
import { startFakeAws, type FakeAws } from '../support/fake-aws.ts';
import { notOk } from '../support/findings.ts';
import { stackAnswers } from '../support/stack-answers.ts';
import { functionFacts, mappingFacts, stackFacts } from '../support/stack-facts.ts';
import { topicAnswers, topicTopology } from '../support/topic-answers.ts';

const batches = { batchSize: 1_000, maxBatchingWindowMs: 1_000 };
const stream = { ...orders, source: { ...orders.source, ...batches } };
const topic = { ...purchases, source: { ...purchases.source, ...batches, topic: 'readings' } };
const selfManaged = {
  kind: 'self-managed',
  brokers: ['broker.example.com:9092'],
  auth: { by: 'plain', secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:kafka-AbCdEf' },
} as const;

/** The mapping as CloudFormation makes it, and what its function has of it. Both have Lambda's names. */
function mappingOf(
  deployed: typeof stream | typeof topic,
  overrides: StageOverrides,
): { readonly mapping: Record<string, unknown>; readonly partialBatches: string | undefined } {
  const template = synthesize({ topology: deployed, overrides });
  const [made] = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
  const functions = Object.values(template.findResources('AWS::Lambda::Function')).map(
    (resource) => resource['Properties'].Environment?.Variables ?? {},
  );
  const {
    FunctionName,
    EventSourceArn,
    AmazonManagedKafkaEventSourceConfig,
    SelfManagedKafkaEventSourceConfig,
    ...plain
  } = made?.['Properties'] as Record<string, unknown>;
  // References, which CloudFormation would have resolved.
  const { sourceArn, functionArn } = mappingFacts();
  const group = { ConsumerGroupId: 'tidemark-readings-prod-1' };
  const resolved = {
    ...(FunctionName === undefined ? {} : { FunctionArn: functionArn }),
    ...(EventSourceArn === undefined ? {} : { EventSourceArn: sourceArn }),
    ...(AmazonManagedKafkaEventSourceConfig === undefined ? {} : { AmazonManagedKafkaEventSourceConfig: group }),
    ...(SelfManagedKafkaEventSourceConfig === undefined ? {} : { SelfManagedKafkaEventSourceConfig: group }),
  };
  return {
    mapping: { UUID: 'mapping-1', State: 'Enabled', ...plain, ...resolved },
    partialBatches: functions
      .map((variables) => variables.TIDEMARK_PARTIAL_BATCHES)
      .find((found) => found !== undefined),
  };
}

describe('the doctor, of the mapping that a stack makes', () => {
  let aws: FakeAws | undefined;
  beforeAll(() => {
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_MAX_ATTEMPTS: '1',
    });
  });
  afterEach(async () => {
    await aws?.close();
  });

  it.each<[string, typeof stream | typeof topic, StageOverrides]>([
    ['a stream', stream, {}],
    ['a topic on MSK, polled by Lambda', topic, {}],
    [
      'a topic on MSK, with pollers of its own',
      topic,
      { kafka: { polling: { mode: 'provisioned', minPollers: 1, maxPollers: 4 } } },
    ],
    ['a topic of another cluster', topic, { kafka: { cluster: selfManaged } }],
  ])('finds nothing wrong: %s', async (_title, deployed, overrides) => {
    const { mapping, partialBatches } = mappingOf(deployed, overrides);
    const isTopic = deployed.source.kind === 'kafka';
    const answers = isTopic ? topicAnswers() : stackAnswers();
    aws = await startFakeAws({
      ...answers,
      'GET /2015-03-31/event-source-mappings/mapping-1': { body: mapping },
      [`GET /2015-03-31/functions/${mappingFacts().functionArn}/configuration`]: {
        body: {
          FunctionName: 'processor',
          State: 'Active',
          LastUpdateStatus: 'Successful',
          Environment: { Variables: { ...functionFacts().environment, TIDEMARK_PARTIAL_BATCHES: partialBatches } },
        },
      },
    });
    process.env['AWS_ENDPOINT_URL'] = aws.endpoint;
    const findings = await doctorStack(stackClients(), [isTopic ? topicTopology() : topologyOf()], stackFacts().stack);
    expect(notOk(findings)).toEqual({});
    expect(findings.filter(({ id }) => id.startsWith('mapping-')).length).toBeGreaterThan(8);
  });
});
