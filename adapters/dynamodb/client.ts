import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { TidemarkError } from '../../engine/errors.ts';

export interface DynamoDbClientSettings {
  /** @default the SDK's: AWS_REGION */
  readonly region?: string;
  /** @default the SDK's: AWS_ENDPOINT_URL_DYNAMODB, or the service */
  readonly endpoint?: string;
  /** @default the SDK's provider chain */
  readonly credentials?: DynamoDBClientConfig['credentials'];
  /** @default 1000 */
  readonly connectionTimeoutMs?: number;
  /** From the request to the end of the reply. Above it the outcome counts as unknown. @default 5000 */
  readonly requestTimeoutMs?: number;
  /** @default 64 */
  readonly maxSockets?: number;
}

/** A client that sends each request once: a retry inside the SDK would hide an ambiguous outcome (PL-5). */
export function dynamoDbClient(settings: DynamoDbClientSettings = {}): DynamoDBClient {
  const {
    region,
    endpoint,
    credentials,
    connectionTimeoutMs = 1_000,
    requestTimeoutMs = 5_000,
    maxSockets = 64,
  } = settings;
  const agent = { keepAlive: true, maxSockets };
  return new DynamoDBClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      httpAgent: agent,
      httpsAgent: agent,
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Without this the SDK only logs a warning and waits on.
      throwOnRequestTimeout: true,
    }),
  });
}

/** @throws INVALID_SETTING (invalid) when the client would repeat requests by itself */
export async function requireSingleAttempt(client: DynamoDBClient): Promise<void> {
  const attempts = await client.config.maxAttempts();
  if (attempts !== 1) {
    throw new TidemarkError(
      'invalid',
      'INVALID_SETTING',
      `maxAttempts must be 1, got ${attempts}; make the client with dynamoDbClient()`,
    );
  }
}
