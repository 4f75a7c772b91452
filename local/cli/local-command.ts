import { loadPipeline } from '../load-pipeline.ts';
import { account, suggestions } from '../report/account.ts';
import { imbalances } from '../report/summary.ts';
import { terminalOn } from '../report/terminal.ts';
import type { Report } from '../runner/report.ts';
import { runLocal } from '../runner/run-local.ts';
import type { FlagTexts } from './flags.ts';
import { localOptionsOf } from './local-options.ts';
import { listenForStop } from './signals.ts';

/** `tidemark local <pipeline>` */
export async function localCommand(pipeline: string, flags: FlagTexts): Promise<number> {
  const options = localOptionsOf(flags);
  const loaded = await loadPipeline(pipeline);
  const terminal = terminalOn(process.stderr);
  const stop = listenForStop();
  let exitCode = 0;
  const drained = (report: Report): void => {
    process.stdout.write(options.json ? `${JSON.stringify(report.summary)}\n` : `${humanReport(report, pipeline)}\n`);
    if (imbalances(report.summary).length > 0) exitCode = 1;
    if (!options.exit) terminal.line(`waiting for more: tidemark send ${pipeline} FILE.ndjson; Ctrl-C ends`);
  };
  const early = await runLocal(loaded, { options, terminal, signal: stop.signal, drained });
  if (stop.signal.aborted) terminal.line(`stopped; tidemark local ${pipeline} goes on from here`);
  return early && options.exit ? stop.exitCode() || 1 : exitCode;
}

function humanReport({ summary, busiest }: Report, pipeline: string): string {
  const table = busiest.rows === 0 ? [] : [busiest.toString()];
  return [...table, '', account(summary), '', suggestions(pipeline, busiest.busiestKey)].join('\n');
}
