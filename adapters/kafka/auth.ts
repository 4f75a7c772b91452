/** How a cluster lets its clients in, always through TLS but for `none`. */
export const KAFKA_AUTH = ['none', 'tls', 'iam', 'plain', 'scram-256', 'scram-512', 'mtls'] as const;
export type KafkaAuth = (typeof KAFKA_AUTH)[number];
