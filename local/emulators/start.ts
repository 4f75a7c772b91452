import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { dynamodbClient, kinesisClient } from '../aws/clients.ts';
import { requireThisFormat } from './earlier-format.ts';
import { startEmulator, type Emulator } from './emulator.ts';

/**
 * Kinesis on loopback, with its records in `path`.
 *
 * @throws STREAM_FORMAT (invalid) when an earlier release wrote what is there
 */
export async function startKinesis(path: string): Promise<Emulator> {
  requireThisFormat(path, 'streams');
  const probe = async (endpoint: string): Promise<void> => {
    const client = kinesisClient(endpoint, 1);
    await client.send(new ListStreamsCommand({})).finally(() => client.destroy());
  };
  return startEmulator({ service: 'Kinesis', module: 'kinesis-process', path, probe });
}

/**
 * DynamoDB on loopback, with its tables in `path`.
 *
 * @throws TABLE_FORMAT (invalid) when an earlier release wrote what is there
 */
export async function startDynamoDb(path: string): Promise<Emulator> {
  requireThisFormat(path, 'tables');
  const probe = async (endpoint: string): Promise<void> => {
    const client = dynamodbClient(endpoint);
    await client.send(new ListTablesCommand({})).finally(() => client.destroy());
  };
  return startEmulator({ service: 'DynamoDB', module: 'dynamodb-process', path, probe });
}
