import { expect, it } from '@jest/globals';
import { localKafka } from '../../local/kafka/environment.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:kafka-AbCdEf';

it('takes the brokers from the command and the way in from the environment', () => {
  expect(
    localKafka(['b-1:9092', 'b-2:9092'], {
      TIDEMARK_KAFKA_AUTH: 'plain',
      TIDEMARK_KAFKA_SECRET: 'file:///secret.json',
    }),
  ).toEqual({
    TIDEMARK_KAFKA_BROKERS: 'b-1:9092,b-2:9092',
    TIDEMARK_KAFKA_AUTH: 'plain',
    TIDEMARK_KAFKA_SECRET: 'file:///secret.json',
    TIDEMARK_KAFKA_CA: '',
  });
});

it('is plain text unless told otherwise', () => {
  expect(localKafka([], {})).toMatchObject({ TIDEMARK_KAFKA_BROKERS: '', TIDEMARK_KAFKA_AUTH: 'none' });
});

it('refuses what needs an account', () => {
  expect(() => localKafka(['b:9098'], { TIDEMARK_KAFKA_AUTH: 'iam' })).toThrow(
    'TIDEMARK_KAFKA_AUTH must be a method other than iam on this machine',
  );
  expect(() => localKafka(['b:9096'], { TIDEMARK_KAFKA_AUTH: 'scram-512', TIDEMARK_KAFKA_SECRET: ARN })).toThrow(
    'TIDEMARK_KAFKA_SECRET must be file:///….json on this machine',
  );
  expect(() => localKafka(['b:9096'], { TIDEMARK_KAFKA_CA: ARN })).toThrow('TIDEMARK_KAFKA_CA must be file:///….json');
});
