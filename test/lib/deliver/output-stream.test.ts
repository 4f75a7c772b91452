import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { requireOneOwner } from '../../../lib/ingest/one-owner.ts';
import { stageSettings } from '../../../lib/settings.ts';
import { rightsOf } from '../rights.ts';
import { orders, synthesize } from '../synthesize.ts';

const topology = { ...orders, sinks: [{ kind: 'stream', stream: 'totals' }] } as const;

describe('the output stream', () => {
  const template = synthesize({ topology });

  it('is made beside the source, encrypted, with the capacity of the stage', () => {
    template.resourceCountIs('AWS::Kinesis::Stream', 2);
    template.hasResourceProperties('AWS::Kinesis::Stream', {
      Name: 'totals-dev',
      ShardCount: 1,
      StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
    });
  });

  it('is known to both functions, which may put records and not read them', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          TIDEMARK_OUTPUT_STREAM: { 'Fn::GetAtt': [Match.stringLikeRegexp('^OutputStream'), 'Arn'] },
        }),
      },
    });
    expect(rightsOf(template).filter(({ resources }) => resources.includes('OutputStream.Arn'))).toEqual(
      Array(2).fill({ actions: ['kinesis:PutRecords'], resources: ['OutputStream.Arn'] }),
    );
  });

  it('is one that exists when the stage says so', () => {
    const arn = 'arn:aws:kinesis:eu-central-1:123456789012:stream/totals';
    const other = synthesize({ topology, overrides: { existingStreamArns: { totals: arn } } });
    other.resourceCountIs('AWS::Kinesis::Stream', 1);
    other.allResourcesProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ TIDEMARK_OUTPUT_STREAM: arn }) },
    });
  });

  it('has a table in the lake for results that are too large for it', () => {
    const tables = Object.values(template.findResources('AWS::Glue::Table')).map(({ Properties }) =>
      String(Properties.TableInput.Name),
    );
    expect(tables).toEqual(['oversized', 'late', 'dead_letters']);
  });

  it('has one owner: the pipeline that reads it names it by its ARN', () => {
    const reader = { ...orders, name: 'reader', source: { ...orders.source, stream: 'totals' } };
    expect(() => requireOneOwner([topology, reader], stageSettings('dev'))).toThrow(
      expect.objectContaining({ code: 'STREAM_HAS_TWO_OWNERS' }),
    );
  });
});
