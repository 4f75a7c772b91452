import { compile } from '../plan/compile.ts';
import type { LogicalPlan } from '../plan/logical-plan.ts';
import type { Topology } from '../topology.ts';

/** A pipeline that is complete: what a file in `pipelines/` exports by default. */
export interface Pipeline<V = unknown, Result = unknown> {
  /** What was said, as data. */
  readonly plan: LogicalPlan;
  /** What reads the source: all of it, unless there is an exchange. */
  readonly topology: Topology;
  /** What an engine runs of it, each behind the one that sends to it; the first is `topology`. */
  readonly fragments: readonly Topology[];
  /** For types only, never set: what a record is, and what a result's values are. */
  readonly types?: { readonly record: V; readonly result: Result };
}

export function pipelineOf<V, Result>(plan: LogicalPlan): Pipeline<V, Result> {
  const fragments = compile(plan);
  return Object.freeze({ plan, topology: fragments[0] as Topology, fragments });
}
