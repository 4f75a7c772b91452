import { readResults } from '../../adapters/dynamodb/read-results.ts';
import { dynamodbClient } from '../aws/clients.ts';
import { resultsTableName } from '../aws/tables.ts';
import type { LoadedPipeline } from '../load-pipeline.ts';
import { readHeads } from '../read-heads.ts';
import { Digest } from '../report/digest.ts';
import { summarize, type Summary } from '../report/summary.ts';
import type { Services } from './services.ts';
import type { Session } from './session.ts';

export interface Report {
  readonly summary: Summary;
  readonly digest: Digest;
}

/** Reads what has come of it: the counts from the partition logs, what there is to show from the result table. */
export async function readReport({ topology }: LoadedPipeline, { dynamodb, source }: Services, session: Session): Promise<Report> {
  const stream = { ...source.stream, shards: await source.partitions() };
  const [heads, digest] = await Promise.all([
    readHeads(dynamodb.endpoint, topology.name, stream),
    readDigest(dynamodb.endpoint, topology),
  ]);
  const summary = summarize({
    pipeline: topology.name,
    shards: stream.shards.length,
    heads,
    recordsPut: session.journal.sentTotal,
    results: digest.rows,
    openWindows: session.metrics.openWindows,
    writeUnits: session.metrics.totals.writeUnits,
    elapsedMs: performance.now(), // since this process began: what the user has waited
  });
  return { summary, digest };
}

async function readDigest(endpoint: string, topology: LoadedPipeline['topology']): Promise<Digest> {
  const digest = new Digest(topology);
  if (!topology.sinks.some((sink) => sink.kind === 'resultTable')) return digest;
  const client = dynamodbClient(endpoint);
  try {
    for await (const row of readResults(client, resultsTableName(topology.name))) digest.add(row);
  } finally {
    client.destroy();
  }
  return digest;
}
