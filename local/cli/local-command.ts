import { loadPipeline } from '../load-pipeline.ts';
import { account, shellWord, suggestions, type Next } from '../report/account.ts';
import { imbalances } from '../report/summary.ts';
import { terminalOn } from '../report/terminal.ts';
import type { LocalOptions } from '../runner/options.ts';
import type { Report } from '../runner/report.ts';
import { runLocal } from '../runner/run-local.ts';
import type { FlagTexts } from './flags.ts';
import { DEFAULT_DATA_DIR, localOptionsOf } from './local-options.ts';
import { listenForStop } from './signals.ts';

/** `tidemark local <pipeline>` */
export async function localCommand(pipeline: string, flags: FlagTexts): Promise<number> {
  const options = localOptionsOf(flags);
  const loaded = await loadPipeline(pipeline);
  const terminal = terminalOn(process.stderr);
  const stop = listenForStop();
  let exitCode = 0;
  const drained = (report: Report): void => {
    process.stdout.write(options.json ? `${JSON.stringify(report.summary)}\n` : `${humanReport(report, nextAfter(report, pipeline, options))}\n`);
    if (imbalances(report.summary).length > 0) exitCode = 1;
    if (!options.exit) terminal.line(`waiting for more: tidemark send ${pipeline} FILE.ndjson; Ctrl-C ends`);
  };
  const early = await runLocal(loaded, { options, terminal, signal: stop.signal, drained });
  if (stop.signal.aborted) terminal.line(`stopped; tidemark local ${pipeline} goes on from here`);
  return early && options.exit ? stop.exitCode() || 1 : exitCode;
}

function humanReport({ summary, busiest }: Report, next: Next): string {
  const table = busiest.rows === 0 ? [] : [busiest.toString()];
  return [...table, '', account(summary), '', suggestions(next)].join('\n');
}

function nextAfter({ summary, busiest }: Report, pipeline: string, { input, dataDir }: LocalOptions): Next {
  return {
    pipeline: shellWord(pipeline),
    key: busiest.busiestKey,
    records: input === undefined && summary.recordsPut > 0 ? summary.recordsPut : undefined,
    dataDir: dataDir === DEFAULT_DATA_DIR ? '' : ` --data-dir ${shellWord(dataDir)}`,
  };
}
