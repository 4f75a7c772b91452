import { requireSetting, TidemarkError } from '../../engine/errors.ts';
import type { KafkaAuth } from './auth.ts';
import type { KafkaConnection } from './connection.ts';

/** What is known beside the method, all as secrets hold it. */
export interface KafkaCredentials {
  /** `{username, password}`; for `mtls` `{certificate, privateKey, privateKeyPassword?}` in PEM. */
  readonly client?: Readonly<Record<string, string>> | undefined;
  /** `{certificate}` in PEM: the authority that signed the brokers'. @default those that Node knows */
  readonly authority?: Readonly<Record<string, string>> | undefined;
  /** Makes a token of MSK's for each connection. Needed for `iam`. */
  readonly token?: () => Promise<string>;
}

const MECHANISMS = { plain: 'PLAIN', 'scram-256': 'SCRAM-SHA-256', 'scram-512': 'SCRAM-SHA-512' } as const;

/**
 * Transport and authentication as the client takes them.
 *
 * @throws SECRET_MALFORMED (invalid) when a field is missing; INVALID_SETTING when credentials are
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kafka-cluster-auth.html
 */
export function securityOf(
  auth: KafkaAuth,
  { client, authority, token }: KafkaCredentials,
): Pick<KafkaConnection, 'tls' | 'sasl'> {
  if (auth === 'none') return {};
  const tls = authority === undefined ? {} : { ca: field(authority, 'certificate', 'the CA') };
  if (auth === 'tls') return { tls };
  if (auth === 'iam') return { tls, sasl: { mechanism: 'OAUTHBEARER', token: given('token', token) } };
  const secret = given('TIDEMARK_KAFKA_SECRET', client);
  const of = (name: string): string => field(secret, name, auth);
  if (auth === 'mtls') {
    const { privateKeyPassword: passphrase } = secret;
    return {
      tls: {
        ...tls,
        cert: of('certificate'),
        key: of('privateKey'),
        ...(passphrase === undefined ? {} : { passphrase }),
      },
    };
  }
  return { tls, sasl: { mechanism: MECHANISMS[auth], username: of('username'), password: of('password') } };
}

function given<T>(name: string, value: T | undefined): T {
  if (value !== undefined) return value;
  return requireSetting(
    name,
    undefined as never,
    false,
    'there for this method of authentication',
    'set it, or say another method',
  );
}

function field(secret: Readonly<Record<string, string>>, name: string, what: string): string {
  const value = secret[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new TidemarkError(
    'invalid',
    'SECRET_MALFORMED',
    `secret for ${what} must have the field ${name} with text, got ${JSON.stringify(Object.keys(secret))}; put it there`,
  );
}
