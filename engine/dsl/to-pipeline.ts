import { requireSetting } from '../errors.ts';
import { lastWindowOf, sourcesOf, withNode, type LogicalPlan } from '../plan/logical-plan.ts';
import type { SinkSpec } from '../plan/sink.ts';
import { nameOfSource } from '../plan/source.ts';
import { pipelineOf, type Pipeline } from './pipeline-of.ts';

export function toPipeline<V, R>(plan: LogicalPlan, sinks: readonly SinkSpec[]): Pipeline<V, R> {
  const sources = sourcesOf(plan).map(({ source }) => source);
  const kinds = sinks.map(({ kind }) => kind);
  for (const sink of sinks) {
    const [word, name] =
      sink.kind === 'stream' ? ['stream', sink.stream] : ['topic', sink.kind === 'topic' && sink.topic];
    requireSetting(
      word,
      name,
      !sources.some((source) => (source.kind === 'kinesis') === (word === 'stream') && nameOfSource(source) === name),
      `another ${word} than the source`,
      'a pipeline that reads its own results never ends',
    );
  }
  requireSetting(
    'sinks',
    kinds,
    kinds.length > 0 && new Set(kinds).size === kinds.length,
    'at least one, each kind once',
    'pass resultTable()',
  );
  requireSetting(
    'accumulation',
    'discarding',
    !(givesParts(plan) && kinds.includes('resultTable')),
    "'accumulating' or 'retracting' for a result table: it keeps the newest result of a window only",
    'send parts to the lake',
  );
  return pipelineOf<V, R>(sinks.reduce((before, sink) => withNode(before, { kind: 'sink', sink }), plan));
}

/** Whether results are parts: who keeps the newest only would lose the others. */
function givesParts(plan: LogicalPlan): boolean {
  const last = lastWindowOf(plan);
  return last?.emission.accumulation === 'discarding' && last.windows.results === 'bounded';
}
