import { describe, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { synthesize } from '../synthesize.ts';

const template = synthesize();

describe('the topic of the alarms', () => {
  it('is encrypted with a key that CloudWatch may use: with the key that AWS manages, alarms would vanish', () => {
    template.hasResourceProperties('AWS::SNS::Topic', {
      KmsMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ObserveAlarmTopicKey'), 'Arn'] },
    });
  });

  it('has a key that rotates and goes with the stack', () => {
    template.hasResource('AWS::KMS::Key', {
      Properties: { EnableKeyRotation: true, PendingWindowInDays: 7 },
      DeletionPolicy: 'Delete',
    });
  });

  it('refuses what comes without TLS', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sns:Publish',
            Principal: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  it('mails to whom the stage names, and to nobody otherwise', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    synthesize({ overrides: { alarmEmails: ['on-call@example.com'] } }).hasResourceProperties(
      'AWS::SNS::Subscription',
      { Protocol: 'email', Endpoint: 'on-call@example.com' },
    );
  });
});
