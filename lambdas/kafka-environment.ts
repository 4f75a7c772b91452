import { KAFKA_AUTH, type KafkaAuth } from '../adapters/kafka/auth.ts';
import { requireSetting } from '../engine/errors.ts';
import { isSecret, reader, SECRET_RULE, type Variables } from './variables.ts';

/** How a function reaches a Kafka cluster. */
export interface KafkaEnvironment {
  /** Brokers of a Kafka source or sink, `host:port` with commas between; empty when there is none. */
  readonly TIDEMARK_KAFKA_BROKERS?: string;
  /** How to get in, always through TLS but for `none`: `tls`, `iam` (MSK), `plain`, `scram-256`, `scram-512` or `mtls`. @default none */
  readonly TIDEMARK_KAFKA_AUTH?: KafkaAuth;
  /**
   * Credentials for it, as Lambda's event source mappings read them too: `{"username", "password"}`, or for `mtls`
   * `{"certificate", "privateKey", "privateKeyPassword"?}` in PEM. ARN of a secret, or `file:///….json`. @default '': none
   */
  readonly TIDEMARK_KAFKA_SECRET?: string;
  /** Certificate of the authority that signed the brokers', `{"certificate"}` in PEM. ARN of a secret, or `file:///….json`. @default '': one that Node knows */
  readonly TIDEMARK_KAFKA_CA?: string;
}

/** Whether this is `host:port`. */
export const isBroker = (text: string): boolean => /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/.test(text);

/**
 * Reads and checks it. A function without a pipeline has no more.
 *
 * @throws INVALID_SETTING naming the variable
 */
export function readKafkaEnvironment(variables: Variables): Required<KafkaEnvironment> {
  const text = reader<KafkaEnvironment>(variables);
  const isMethod = (value: string) => (KAFKA_AUTH as readonly string[]).includes(value);
  return Object.freeze({
    TIDEMARK_KAFKA_BROKERS: text(
      'TIDEMARK_KAFKA_BROKERS',
      (value) => value === '' || value.split(',').every(isBroker),
      'host:port, with commas between',
    ),
    TIDEMARK_KAFKA_AUTH: text('TIDEMARK_KAFKA_AUTH', isMethod, KAFKA_AUTH.join(' or '), 'none') as KafkaAuth,
    TIDEMARK_KAFKA_SECRET: text('TIDEMARK_KAFKA_SECRET', isSecret, SECRET_RULE),
    TIDEMARK_KAFKA_CA: text('TIDEMARK_KAFKA_CA', isSecret, SECRET_RULE),
  });
}

/** @throws INVALID_SETTING when no broker is named */
export function requireBrokers(
  { TIDEMARK_KAFKA_BROKERS: brokers }: Required<KafkaEnvironment>,
  what: string,
): string[] {
  return requireSetting(
    'TIDEMARK_KAFKA_BROKERS',
    brokers,
    brokers !== '',
    `the brokers of the cluster for ${what}`,
    'set it in the environment of the function, as host:port',
  ).split(',');
}
