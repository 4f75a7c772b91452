import type { KafkaSecret } from './settings.ts';

/** What Lambda calls each way in. */
export const ACCESS_TYPES = {
  plain: 'BASIC_AUTH',
  'scram-256': 'SASL_SCRAM_256_AUTH',
  'scram-512': 'SASL_SCRAM_512_AUTH',
  mtls: 'CLIENT_CERTIFICATE_TLS_AUTH',
} as const;

/** One entry of `sourceAccessConfigurations`. */
export function accessBy({ by, secretArn }: KafkaSecret<keyof typeof ACCESS_TYPES>): {
  readonly type: string;
  readonly uri: string;
} {
  return { type: ACCESS_TYPES[by], uri: secretArn };
}
