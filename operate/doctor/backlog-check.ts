import { allOf, type Bad, type Finding } from './finding.ts';
import type { ShardState } from './log-checks.ts';

/** Locally: records wait when nothing runs, which is no fault; while it runs they are on their way. */
export function localBacklog(shards: readonly ShardState[], running: boolean, pipeline: string): Finding {
  const waiting = shards.filter(({ report, remaining }) => remaining === 'records' && report.status !== 'empty');
  const bad: Bad[] = running ? [] : waiting.map(({ report }) => ({ verdict: 'warning', what: `${report.shard} has more` }));
  return allOf('backlog', 'the stream is read to its end', running ? 'the pipeline runs' : 'nothing waits', bad, `tidemark local ${pipeline} goes on from there`);
}
