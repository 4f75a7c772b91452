import type { ConsumerOptions, ProducerOptions } from '@platformatic/kafka';

/** How to reach a cluster. Transport and authentication are passed on to the client as they are. */
export interface KafkaConnection extends Pick<ConsumerOptions<Buffer, Buffer, Buffer, Buffer> & ProducerOptions<Buffer, Buffer, Buffer, Buffer>, 'tls' | 'sasl'> {
  /** @example ['broker-1:9092', 'broker-2:9092'] */
  readonly brokers: readonly string[];
}

/** What all clients have in common: a request that got no answer is sent again a few times, then it fails. */
export function clientOptions({ brokers, ...security }: KafkaConnection) {
  return { ...security, clientId: 'tidemark', bootstrapBrokers: [...brokers], timeout: 10_000, connectTimeout: 3_000, retries: 3, retryDelay: 200 };
}
