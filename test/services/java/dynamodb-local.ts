import { testTables, type TestDynamoDb } from '../../support/dynalite.ts';
import { freePort, startJava } from './java-process.ts';
import { classPathOf, DYNAMODB_LOCAL } from './maven.ts';

/** AWS's own DynamoDB for developers, in memory. */
export async function startDynamoDbLocal(): Promise<TestDynamoDb> {
  const port = await freePort();
  const main = ['software.amazon.dynamodb.services.local.main.ServerRunner', '-inMemory', '-disableTelemetry', '-port', String(port)];
  const java = await startJava({ name: 'DynamoDB Local', classPath: classPathOf(DYNAMODB_LOCAL), main, port, heapMiB: 384 });
  return testTables(port, () => java.stop());
}
