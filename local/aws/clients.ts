import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { dynamoDbClient } from '../../adapters/dynamodb/client.ts';

/** The emulators' region, and credentials that open nothing. */
export const REGION = 'us-east-1';
export const ACCESS_KEY = 'local';

const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: ACCESS_KEY };

/** A client of the Kinesis emulator, which speaks HTTP/1.1 only. @default maxAttempts 3 */
export function kinesisClient(endpoint: string, maxAttempts = 3): KinesisClient {
  return new KinesisClient({ endpoint, region: REGION, credentials, maxAttempts, requestHandler: httpHandler() });
}

/** A client of the DynamoDB emulator, the same as the functions'. */
export function dynamodbClient(endpoint: string): DynamoDBClient {
  return dynamoDbClient({ endpoint, region: REGION, credentials });
}

function httpHandler(): NodeHttpHandler {
  return new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 60_000 });
}
