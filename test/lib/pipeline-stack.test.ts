import { describe, expect, it } from '@jest/globals';
import { AwsSolutionsChecks } from 'cdk-nag';
import { targets } from '../../bin/stages.ts';
import type { StageOverrides } from '../../lib/settings.ts';
import { rightsOf } from './rights.ts';
import { orders, pipelineStack, synthesize } from './synthesize.ts';

const EVERYTHING = {
  topology: { ...orders, sinks: [...orders.sinks, { kind: 'stream', stream: 'totals' }] },
  overrides: { archive: true, enhancedFanOut: true, maxWatermarkLagMs: 1, alarmEmails: ['on-call@example.com'] },
} as const;

describe('a pipeline stack', () => {
  it('is the same template every time', () => {
    expect(synthesize().toJSON()).toEqual(synthesize().toJSON());
  });

  it('tells the names that an operator needs', () => {
    const names = [
      'AlarmTopicArn',
      'LakeBucketName',
      'PartitionLogTableName',
      'ResultsTableName',
      'SnapshotBucketName',
      'StreamName',
    ];
    expect(Object.keys(synthesize().findOutputs('*')).sort()).toEqual(names);
  });

  it('cannot be deleted by mistake in prod', () => {
    expect(pipelineStack({ stage: 'prod' }).terminationProtection).toBe(true);
    expect(pipelineStack().terminationProtection).toBe(false);
  });

  it.each(['dev', 'prod'] as const)('leaves no finding of the AWS Solutions rules open in %s', (stage) => {
    expect(new AwsSolutionsChecks().validateScope(pipelineStack({ stage })).violations).toEqual([]);
  });

  it('leaves none open with everything that can be switched on, and right by right no wildcard but objects of the two buckets', () => {
    expect(new AwsSolutionsChecks().validateScope(pipelineStack(EVERYTHING)).violations).toEqual([]);
    const rights = rightsOf(synthesize(EVERYTHING));
    expect(rights.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
    const wildcards = rights.flatMap(({ resources }) => resources).filter((resource) => resource.includes('*'));
    expect([...new Set(wildcards)].sort()).toEqual([
      'LakeFilesBucket.Arn/orders/*',
      'LakeFilesBucket.Arn/orders/raw/*',
      'SnapshotsBucket.Arn/snapshots/*',
    ]);
  });

  it('is made for an emulator without what emulators lack, and lacks nothing else', () => {
    const typesOf = (overrides: StageOverrides): Set<string> =>
      new Set(
        Object.values(synthesize({ overrides }).toJSON()['Resources'] as Record<string, { Type: string }>).map(
          ({ Type }) => Type,
        ),
      );
    const left = typesOf(targets.emulator);
    expect([...typesOf({})].filter((type) => !left.has(type)).sort()).toEqual([
      'AWS::Athena::NamedQuery',
      'AWS::KinesisFirehose::DeliveryStream',
      'AWS::Logs::LogStream',
    ]);
  });
});
