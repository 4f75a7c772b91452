import type { ConsumerOptions, ProducerOptions } from '@platformatic/kafka';

/** How to reach a cluster. Transport and authentication are passed on to the client as they are. */
export interface KafkaConnection extends Pick<ConsumerOptions<Buffer, Buffer, Buffer, Buffer> & ProducerOptions<Buffer, Buffer, Buffer, Buffer>, 'tls' | 'sasl'> {
  /** @example ['broker-1:9092', 'broker-2:9092'] */
  readonly brokers: readonly string[];
}

/** Reads credentials anew, so that whoever was refused comes back with those that are right by then. */
export type Connect = () => Promise<KafkaConnection>;

/** What all clients have in common: a request that got no answer is sent again a few times, then it fails. */
export function clientOptions({ brokers, ...security }: KafkaConnection) {
  // Brokers behind one address are told apart by the name that the client asks for (SNI).
  return { ...security, tlsServerName: true, clientId: 'tidemark', bootstrapBrokers: [...brokers], timeout: 10_000, connectTimeout: 3_000, retries: 3, retryDelay: 200 };
}

/** Codes of Node's for certificates and handshakes that failed: its own checks', and those that the other side sends. */
const TLS_CODE = /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** The cluster did not let the client in, or the client did not trust the cluster: what it knows may be out of date. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'PLT_KFK_AUTHENTICATION' || TLS_CODE.test(code)) return true;
  return isRefusal(error.cause) || (error instanceof AggregateError && error.errors.some(isRefusal));
}
