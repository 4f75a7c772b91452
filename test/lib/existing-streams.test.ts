import { App, Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from '@jest/globals';
import { stageSettings, type StageOverrides } from '../../lib/settings.ts';
import { StreamingPipeline, type StreamingPipelineProps } from '../../lib/streaming-pipeline.ts';
import { rightsOf, type Right } from './rights.ts';
import { context, orders } from './synthesize.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const streamArn = (account = ACCOUNT, region = REGION) => `arn:aws:kinesis:${region}:${account}:stream/shared`;
const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/00000000-0000-0000-0000-000000000000`;
const withOutput = { ...orders, sinks: [{ kind: 'stream', stream: 'totals' }] } as const;

type Props = Partial<StreamingPipelineProps> & { readonly overrides?: StageOverrides };

function newStack(): Stack {
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  return new Stack(app, 'Shop', { env: { account: ACCOUNT, region: REGION } });
}

function templateOf({ overrides = {}, ...props }: Props, stack = newStack()): Template {
  const settings = stageSettings('dev', overrides);
  new StreamingPipeline(stack, 'Orders', {
    pipeline: { topology: orders },
    entry: 'pipelines/orders.ts',
    settings,
    ...props,
  });
  return Template.fromStack(stack);
}

const onKeys = (template: Template, ...resources: string[]): Right[] =>
  rightsOf(template).filter(
    (right) =>
      right.actions.some((action) => action.startsWith('kms:')) &&
      resources.some((one) => right.resources.includes(one)),
  );
const readsOf = (template: Template): string[] =>
  JSON.stringify(template.findResources('AWS::Lambda::Function')).match(/"TIDEMARK_STREAM":"[^"]*"/g) ?? [];

describe('a stream that is encrypted with a customer key', () => {
  const overrides = { existingStreamArns: { purchases: streamArn() }, existingStreamKeyArns: { purchases: KEY_ARN } };

  it('is decrypted by both functions and by the archive, with that key alone', () => {
    const decrypt = { actions: ['kms:Decrypt'], resources: [KEY_ARN] };
    expect(onKeys(templateOf({ overrides }), KEY_ARN)).toEqual([decrypt, decrypt]);
    expect(onKeys(templateOf({ overrides: { ...overrides, archive: true } }), KEY_ARN)).toEqual([
      decrypt,
      decrypt,
      decrypt,
    ]);
  });

  it('gives no right on a key where none is named', () => {
    expect(onKeys(templateOf({ overrides: { existingStreamArns: overrides.existingStreamArns } }), KEY_ARN)).toEqual(
      [],
    );
  });

  it('gets results with data keys of that key', () => {
    const output = { existingStreamArns: { totals: streamArn() }, existingStreamKeyArns: { totals: KEY_ARN } };
    const template = templateOf({ pipeline: { topology: withOutput }, overrides: output });
    const generate = { actions: ['kms:GenerateDataKey'], resources: [KEY_ARN] };
    expect(onKeys(template, KEY_ARN)).toEqual([generate, generate]);
  });

  it('may be a construct that knows its key', () => {
    const stack = newStack();
    const encryptionKey = new Key(stack, 'Key');
    const streams = {
      purchases: new Stream(stack, 'Purchases', { encryptionKey }),
      totals: Stream.fromStreamArn(stack, 'Totals', streamArn()),
    };
    const template = templateOf({ pipeline: { topology: withOutput }, streams }, stack);
    template.resourceCountIs('AWS::Kinesis::Stream', 1);
    const decrypt = { actions: ['kms:Decrypt'], resources: ['Key.Arn'] };
    expect(onKeys(template, 'Key.Arn')).toEqual([decrypt, decrypt]);
  });

  it('is written by a producer that gets the right to', () => {
    const stack = newStack();
    const streams = {
      purchases: Stream.fromStreamAttributes(stack, 'Purchases', {
        streamArn: streamArn(),
        encryptionKey: Key.fromKeyArn(stack, 'Key', KEY_ARN),
      }),
    };
    const made = new StreamingPipeline(stack, 'Orders', {
      pipeline: { topology: orders },
      entry: 'pipelines/orders.ts',
      settings: stageSettings('dev'),
      streams,
    });
    made.grantPut(new Role(stack, 'Producer', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    const [granted] = onKeys(Template.fromStack(stack), KEY_ARN).filter(({ actions }) =>
      actions.some((action) => action.startsWith('kms:GenerateDataKey')),
    );
    expect(granted).toBeDefined();
  });
});

describe('a stream of another account', () => {
  const overrides = { existingStreamArns: { purchases: streamArn('999988887777') } };

  it('is named by its ARN in every call and by the tick', () => {
    const template = templateOf({ overrides });
    const named = `"TIDEMARK_STREAM":"${streamArn('999988887777')}"`;
    expect(readsOf(template)).toEqual([named, named]);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Target: { Input: JSON.stringify({ stream: streamArn('999988887777') }) },
    });
  });

  it('is refused with enhanced fan-out, whose consumers its own account registers', () => {
    expect(() => templateOf({ overrides: { ...overrides, enhancedFanOut: true } })).toThrow(
      /enhancedFanOut must be false for a stream of another account/,
    );
  });
});

describe('a stream of another region', () => {
  it('is refused: an event source mapping reads its own region only', () => {
    const expected = /stream purchases must be in the region of its stack, eu-west-1, got "arn:aws:kinesis:us-east-1:/;
    expect(() =>
      templateOf({ overrides: { existingStreamArns: { purchases: streamArn(ACCOUNT, 'us-east-1') } } }),
    ).toThrow(expected);
  });

  it('is left to the deployment where the ARN or the region of the stack is not known before', () => {
    const token = `arn:${Aws.PARTITION}:kinesis:${Aws.REGION}:${Aws.ACCOUNT_ID}:stream/shared`;
    templateOf({ overrides: { existingStreamArns: { purchases: token } } }).resourceCountIs('AWS::Kinesis::Stream', 0);
  });
});

describe('existingStreamKeyArns', () => {
  it.each<[string, StageOverrides]>([
    [
      'an alias',
      {
        existingStreamArns: { purchases: streamArn() },
        existingStreamKeyArns: { purchases: `arn:aws:kms:${REGION}:${ACCOUNT}:alias/mine` },
      },
    ],
    [
      'the key of a stream that is not named',
      { existingStreamArns: { purchases: streamArn() }, existingStreamKeyArns: { purchase: KEY_ARN } },
    ],
  ])('refuses %s', (_, overrides) => {
    expect(() => stageSettings('dev', overrides)).toThrow(
      expect.objectContaining({ code: 'INVALID_SETTING', kind: 'invalid' }),
    );
  });
});
