import type { Connect } from '../../adapters/kafka/connection.ts';
import { requireSetting } from '../../engine/errors.ts';
import { readKafkaEnvironment, type KafkaEnvironment } from '../../lambdas/kafka-environment.ts';
import { kafkaConnect } from '../../lambdas/kafka-connect.ts';

/**
 * How runner and function reach the user's own brokers: the address from the command, the way in from the environment, as a
 * deployed function has it. The function here has no account: neither IAM nor Secrets Manager.
 *
 * @throws INVALID_SETTING
 */
export function localKafka(
  brokers: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Required<KafkaEnvironment> {
  const environment = readKafkaEnvironment({ ...variables, TIDEMARK_KAFKA_BROKERS: brokers.join() });
  const { TIDEMARK_KAFKA_AUTH: auth } = environment;
  requireSetting(
    'TIDEMARK_KAFKA_AUTH',
    auth,
    auth !== 'iam',
    'a method other than iam on this machine',
    'deploy the pipeline, or use another listener of the cluster',
  );
  for (const name of ['TIDEMARK_KAFKA_SECRET', 'TIDEMARK_KAFKA_CA'] as const) {
    const address = environment[name];
    requireSetting(
      name,
      address,
      !address.startsWith('arn:'),
      'file:///….json on this machine',
      'put the same JSON into a file',
    );
  }
  return environment;
}

/** The way to these brokers. @throws INVALID_SETTING when none is named */
export function localConnect(brokers: readonly string[]): Connect {
  return kafkaConnect(localKafka(brokers, process.env), '--kafka');
}
