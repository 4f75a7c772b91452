import { requireSetting } from '../errors.ts';
import { lastWindowOf, sourceOf, withNode, type LogicalPlan } from '../plan/logical-plan.ts';
import type { SinkSpec } from '../plan/sink.ts';
import { pipelineOf, type Pipeline } from './pipeline-of.ts';

export function toPipeline<V, R>(plan: LogicalPlan, sinks: readonly SinkSpec[]): Pipeline<V, R> {
  const { source } = sourceOf(plan);
  const kinds = sinks.map(({ kind }) => kind);
  for (const sink of sinks) {
    const feedsItself = sink.kind === 'stream' && source.kind === 'kinesis' && sink.stream === source.stream;
    requireSetting(
      'stream',
      kinds,
      !feedsItself,
      'another stream than the source',
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
