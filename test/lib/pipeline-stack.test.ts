import { describe, expect, it } from '@jest/globals';
import { AwsSolutionsChecks } from 'cdk-nag';
import { targets } from '../../bin/stages.ts';
import type { StageOverrides } from '../../lib/settings.ts';
import { pipelineStack, synthesize } from './synthesize.ts';

describe('a pipeline stack', () => {
  it('is the same template every time', () => {
    expect(synthesize().toJSON()).toEqual(synthesize().toJSON());
  });

  it('tells the names that an operator needs', () => {
    expect(Object.keys(synthesize().findOutputs('*')).sort()).toEqual(['AlarmTopicArn', 'LakeBucketName', 'PartitionLogTableName', 'ResultsTableName', 'StreamName']);
  });

  it('cannot be deleted by mistake in prod', () => {
    expect(pipelineStack({ stage: 'prod' }).terminationProtection).toBe(true);
    expect(pipelineStack().terminationProtection).toBe(false);
  });

  it.each(['dev', 'prod'] as const)('leaves no finding of the AWS Solutions rules open in %s', (stage) => {
    expect(new AwsSolutionsChecks().validateScope(pipelineStack({ stage })).violations).toEqual([]);
  });

  it('is made for an emulator without what emulators lack, and lacks nothing else', () => {
    const typesOf = (overrides: StageOverrides): Set<string> => new Set(Object.values(synthesize({ overrides }).toJSON()['Resources'] as Record<string, { Type: string }>).map(({ Type }) => Type));
    const left = typesOf(targets.emulator);
    expect([...typesOf({})].filter((type) => !left.has(type)).sort()).toEqual(['AWS::Athena::NamedQuery', 'AWS::KinesisFirehose::DeliveryStream', 'AWS::Logs::LogStream']);
  });
});
