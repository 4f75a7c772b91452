import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLogStore } from '../../adapters/dynamodb/log-store.ts';
import { missingResults } from '../../adapters/dynamodb/missing-results.ts';
import { S3BlobStore } from '../../adapters/s3/blob-store.ts';
import type { Topology } from '../../engine/topology.ts';
import { TidemarkError } from '../../engine/errors.ts';
import { streamSource, type Place, type PlacedSource } from '../place.ts';
import type { StackClients } from './clients.ts';
import type { FunctionFacts, SourceFacts, StackFacts } from './stack-facts.ts';

/** Where a function keeps the state of its pipeline. */
interface Storage {
  readonly table: string;
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * Where a deployed pipeline keeps its state: as the environment of its function says.
 *
 * @throws NOT_A_PIPELINE_STACK (invalid) when the function is none of Tidemark's
 */
export function stackPlace(
  { dynamodb, s3 }: StackClients,
  topology: Topology,
  { stack, function: fn }: StackFacts,
  source: PlacedSource,
): Place {
  const { table, bucket, prefix } = storageOf(stack, fn);
  const logs = new DynamoDbLogStore({ client: dynamodb, table });
  return {
    topology,
    source,
    logs,
    blobs: new S3BlobStore({ client: s3, bucket, prefix }),
    ...resultsIn(dynamodb, topology, fn.environment['TIDEMARK_RESULTS_TABLE']),
  };
}

/** Where a pipeline's results can be looked for. */
export function resultsIn(
  client: DynamoDBClient,
  { sinks }: Pick<Topology, 'sinks'>,
  table = '',
): Pick<Place, 'results'> {
  if (table === '' || !sinks.some(({ kind }) => kind === 'resultTable')) return {};
  return { results: { missing: (rows) => missingResults(client, table, rows) } };
}

/** @throws NOT_A_PIPELINE_STACK (invalid) when the function is none of Tidemark's */
export function storageOf(stack: string, fn: FunctionFacts): Storage {
  const { TIDEMARK_LOG_TABLE: table = '', TIDEMARK_BLOBS: blobs = '' } = fn.environment;
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(blobs) ?? [];
  if (table !== '' && bucket !== undefined) return { table, bucket, prefix };
  throw new TidemarkError(
    'invalid',
    'NOT_A_PIPELINE_STACK',
    `function ${fn.name} of ${stack} must have TIDEMARK_LOG_TABLE and TIDEMARK_BLOBS, got ${JSON.stringify(Object.keys(fn.environment))}; pass the stack of a pipeline`,
  );
}

/** The source as its logs know it, a topic in its newest incarnation; undefined: it is gone, or was never read. */
export function placedSource(source: SourceFacts): PlacedSource | undefined {
  if (source.kind === 'kinesis') return source.stream && streamSource(source.stream);
  const {
    name,
    incarnations: [newest],
  } = source.topic;
  return (
    newest && {
      name,
      incarnation: newest.id,
      partitions: Array.from({ length: newest.partitions }, (_, partition) => String(partition)),
    }
  );
}
