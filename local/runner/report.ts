import { readResults } from '../../adapters/dynamodb/read-results.ts';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import { readLake } from '../../adapters/lake/read-lake.ts';
import { dynamodbClient } from '../aws/clients.ts';
import { resultsTableName } from '../aws/tables.ts';
import type { LoadedPipeline } from '../load-pipeline.ts';
import { readHeads, type LogHead } from '../read-heads.ts';
import { isMostlyDead, mostFrequent, type FrequentReason } from '../report/dead-letters.ts';
import { Digest } from '../report/digest.ts';
import { summarize, type PartitionHead, type Summary } from '../report/summary.ts';
import type { PipelineDir } from '../storage/data-dir.ts';
import { streamsOf, type Services } from './services.ts';
import type { RunningPipeline } from './running-pipeline.ts';
import type { Before } from './stored-state.ts';

export interface Report {
  readonly summary: Summary;
  /** What most of the records fail for, when most are dead letters. */
  readonly failing: FrequentReason | undefined;
  readonly digest: Digest;
  /** Records that the runner's own inputs have put into the source that got most. */
  readonly mostPut: number;
}

/** Reads what has come of it: the counts from the partition logs, what there is to show from the result table. */
export async function readReport(
  { topology }: LoadedPipeline,
  dir: PipelineDir,
  { dynamodb, sources }: Services,
  work: RunningPipeline,
  before: Before,
): Promise<Report> {
  const streams = await streamsOf(sources);
  const [heads, digest] = await Promise.all([
    readHeads(dynamodb.endpoint, topology, streams),
    readDigest(dynamodb.endpoint, topology),
  ]);
  const summary = summarize({
    pipeline: topology.name,
    shards: streams.reduce((sum, { shards }) => sum + shards.length, 0),
    sources: heads.sources.map(({ source, heads: ofSource }) => ({
      name: source,
      recordsPut: work.recordsPut.get(source) ?? 0,
      heads: ofSource.map(summarized),
    })),
    exchanges: heads.exchanges.map(({ exchange: { id, receivers }, heads: ofReceivers }) => ({
      name: id,
      receivers,
      heads: ofReceivers.map(summarized),
    })),
    before,
    results: digest.rows,
    openWindows: work.progress().openWindows,
    writeUnits: work.metrics.all.reduce((sum, { totals }) => sum + totals.writeUnits, 0),
    elapsedMs: performance.now(), // since this process began: what the user has waited
  });
  const deadLetters = readLake(new FileBlobStore(dir.lake), `${topology.name}/dead-letters/`);
  return {
    summary,
    failing: isMostlyDead(summary) ? await mostFrequent(deadLetters) : undefined,
    digest,
    mostPut: Math.max(0, ...work.recordsPut.values()),
  };
}

const summarized = ({ partition, entry: { version, watermarkMs, counters } }: LogHead): PartitionHead => ({
  partition,
  version,
  watermarkMs,
  counters,
});

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
