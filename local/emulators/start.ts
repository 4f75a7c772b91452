import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { dynamodbClient, kinesisClient } from '../aws/clients.ts';
import { startEmulator, type Emulator } from './emulator.ts';
import { requireThisFormat } from './kinesis/earlier-format.ts';

/**
 * Kinesis on loopback, with its records in `path`.
 *
 * @throws STREAM_FORMAT (invalid) when an earlier release wrote what is there
 */
export async function startKinesis(path: string): Promise<Emulator> {
  requireThisFormat(path);
  const probe = async (endpoint: string): Promise<void> => {
    const client = kinesisClient(endpoint, 1);
    await client.send(new ListStreamsCommand({})).finally(() => client.destroy());
  };
  return startEmulator({ service: 'Kinesis', module: 'kinesis-process', path, probe });
}

/** DynamoDB on loopback, with its tables in `path`. */
export function startDynamoDb(path: string): Promise<Emulator> {
  const probe = async (endpoint: string): Promise<void> => {
    const client = dynamodbClient(endpoint);
    await client.send(new ListTablesCommand({})).finally(() => client.destroy());
  };
  return startEmulator({ service: 'DynamoDB', module: 'dynalite-process', path, probe });
}
