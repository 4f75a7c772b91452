import type { ConsumerOptions, ProducerOptions } from '@platformatic/kafka';
import { messageOf } from '../../engine/errors.ts';

/** How to reach a cluster. Transport and authentication are passed on to the client as they are. */
export interface KafkaConnection extends Pick<
  ConsumerOptions<Buffer, Buffer, Buffer, Buffer> & ProducerOptions<Buffer, Buffer, Buffer, Buffer>,
  'tls' | 'sasl'
> {
  /** @example ['broker-1:9092', 'broker-2:9092'] */
  readonly brokers: readonly string[];
}

/** Reads credentials anew, so that whoever was refused comes back with those that are right by then. */
export type Connect = () => Promise<KafkaConnection>;

/** What all clients have in common: a request that got no answer is sent again a few times, then it fails. */
export function clientOptions({ brokers, ...security }: KafkaConnection) {
  // Brokers behind one address are told apart by the name that the client asks for (SNI).
  return {
    ...security,
    tlsServerName: true,
    clientId: 'tidemark',
    bootstrapBrokers: [...brokers],
    timeout: 10_000,
    connectTimeout: 3_000,
    retries: 3,
    retryDelay: 200,
  };
}

const CUT_OFF: ReadonlySet<unknown> = new Set(['PLT_KFK_AUTHENTICATION', 'PLT_KFK_NETWORK', 'PLT_KFK_TIMEOUT']);

/**
 * The cluster was not reached, or did not let the client in: what the client knows of it may be out of date. A broker that
 * refuses a certificate says so by closing the connection, so the two look alike.
 */
export function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && CUT_OFF.has(error.code)) || beneath(error).some(isCutOff);
}

/** What went wrong in the end, in the broker's words where it said any: the client's own errors say how often it tried. @example 'SASL authentication failed' */
export function failureText(error: unknown): string {
  const roots = error instanceof Error ? beneath(error) : [];
  const texts = roots.length === 0 ? [brokersWords(error) ?? messageOf(error)] : roots.map(failureText);
  return [...new Set(texts.map((text) => text.replace(/\.$/, '')))].join(', ');
}

function brokersWords(error: unknown): string | undefined {
  const said: unknown = error instanceof Error ? Reflect.get(error, 'serverErrorMessage') : undefined;
  return typeof said === 'string' && said !== '' ? said : undefined;
}

const beneath = (error: Error): unknown[] => [
  ...(error instanceof AggregateError ? error.errors : []),
  ...(error.cause === undefined ? [] : [error.cause]),
];
