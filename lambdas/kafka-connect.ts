import type { Connect } from '../adapters/kafka/connection.ts';
import { securityOf } from '../adapters/kafka/security.ts';
import { requireBrokers, type KafkaEnvironment } from './kafka-environment.ts';
import { secretAt } from './secret-at.ts';

/**
 * The way to the cluster that the environment names, its credentials read with every new connection.
 *
 * @param what needs it, for the error
 * @throws INVALID_SETTING when no broker is named
 */
export function kafkaConnect(environment: Required<KafkaEnvironment>, what: string): Connect {
  const brokers = requireBrokers(environment, what);
  const { TIDEMARK_KAFKA_AUTH: auth, TIDEMARK_KAFKA_SECRET: secret, TIDEMARK_KAFKA_CA: ca } = environment;
  return async () => {
    const [client, authority] = await Promise.all([
      secret === '' ? undefined : secretAt(secret),
      ca === '' ? undefined : secretAt(ca),
    ]);
    return { brokers, ...securityOf(auth, { client, authority, token: mskToken }) };
  };
}

/** A request to connect, signed with the rights of this function; MSK takes it in place of a password. Good for 15 minutes, made for each connection. */
async function mskToken(): Promise<string> {
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
  const { token } = await generateAuthToken({ region: process.env['AWS_REGION'] ?? '' });
  return token;
}
