import { Match } from 'aws-cdk-lib/assertions';
import { describe, it } from '@jest/globals';
import { synthesize } from './synthesize.ts';

describe('the tick', () => {
  it('is called every minute with the ARN of its stream, and not again when it fails', () => {
    synthesize().hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: Match.objectLike({
        Input: { 'Fn::Join': ['', ['{"stream":"', Match.anyValue(), '"}']] },
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      }),
    });
  });

  it('is called by the scheduler of this account only', () => {
    const trust = {
      Principal: { Service: 'scheduler.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    };
    synthesize().hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [Match.objectLike(trust)] },
    });
  });

  it('has the environment of the function that takes the batches', () => {
    synthesize().resourcePropertiesCountIs(
      'AWS::Lambda::Function',
      { Environment: { Variables: Match.objectLike({ TIDEMARK_STAGE: 'dev' }) } },
      2,
    );
  });
});
