import { nameOfSource } from '../../engine/plan/source.ts';
import type { Topology } from '../../engine/topology.ts';
import { lengthOfEmbedded } from '../inputs/select-input.ts';
import { loadPipeline } from '../load-pipeline.ts';
import { account, shellWord, suggestions, type Next } from '../report/account.ts';
import { problemsOf, remarksOn } from '../report/notices.ts';
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
    const problems = problemsOf(report.summary, report.failing);
    const remarks = remarksOn(report.summary, report.digest.others);
    if (options.json) {
      process.stdout.write(`${JSON.stringify(report.summary)}\n`);
      for (const text of [...problems, ...remarks]) terminal.line(text);
    } else {
      process.stdout.write(
        `${humanReport(report, problems, remarks, nextAfter(report, loaded.topology, pipeline, options))}\n`,
      );
    }
    if (problems.length > 0) exitCode = 1;
    if (!options.exit)
      terminal.line(
        `waiting for more: tidemark send ${pipeline} FILE.ndjson${sourceIn(loaded.topology)}${placeIn(options)}; Ctrl-C ends`,
      );
  };
  const early = await runLocal(loaded, { options, terminal, signal: stop.signal, drained });
  if (stop.signal.aborted) terminal.line(`stopped; tidemark local ${pipeline}${placeIn(options)} goes on from here`);
  return early && options.exit ? stop.exitCode() || 1 : exitCode;
}

function humanReport(
  { summary, digest }: Report,
  problems: readonly string[],
  remarks: readonly string[],
  next: Next,
): string {
  const table = digest.rows === 0 ? [] : [digest.toString()];
  return [
    ...table,
    '',
    account(summary, problems),
    ...remarks.map((remark) => `  ${remark}`),
    '',
    suggestions(next),
  ].join('\n');
}

function nextAfter(
  { summary, digest, mostPut }: Report,
  topology: Topology,
  pipeline: string,
  options: LocalOptions,
): Next {
  const { input } = options;
  const length = input === undefined ? lengthOfEmbedded(topology) : 0;
  return {
    pipeline: shellWord(pipeline),
    key: digest.key,
    records: mostPut > 0 && mostPut < length ? Math.min(2 * mostPut, length) : undefined,
    hasOutputs: topology.sideOutputs.length > 0,
    source: sourceIn(topology),
    kafka: kafkaIn(options),
    hasDeadLetters: summary.deadLetters > 0,
    dataDir: dataDirIn(options),
  };
}

const dataDirIn = ({ dataDir }: LocalOptions): string =>
  dataDir === DEFAULT_DATA_DIR ? '' : ` --data-dir ${shellWord(dataDir)}`;
const placeIn = (options: LocalOptions): string => `${kafkaIn(options)}${dataDirIn(options)}`;
/** Any of several will do. */
const sourceIn = ({ sources: [first], sources }: Pick<Topology, 'sources'>): string =>
  first === undefined || sources.length === 1 ? '' : ` --source ${nameOfSource(first)}`;
const kafkaIn = ({ kafka }: LocalOptions): string => (kafka === undefined ? '' : ` --kafka ${kafka.join()}`);
