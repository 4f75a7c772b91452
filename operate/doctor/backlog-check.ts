import { allOf, type Bad, type Finding } from './finding.ts';
import type { InspectedPartition } from './log-checks.ts';

/** Locally: records wait when nothing runs, which is no fault; while it runs they are on their way. */
export function localBacklog(inspected: readonly InspectedPartition[], running: boolean, pipeline: string): Finding {
  const waiting = inspected.filter(({ report, remaining }) => remaining === 'records' && report.status !== 'empty');
  const bad: Bad[] = running
    ? []
    : waiting.map(({ report }) => ({ verdict: 'warning', what: `${report.partition} has more` }));
  return allOf(
    'backlog',
    'the source is read to its end',
    running ? 'the pipeline runs' : 'nothing waits',
    bad,
    `tidemark local ${pipeline} goes on from there`,
  );
}
