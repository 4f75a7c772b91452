import { compile } from '../plan/compile.ts';
import type { LogicalPlan } from '../plan/logical-plan.ts';
import type { Topology } from '../topology.ts';

/** A pipeline that is complete: what a file in `pipelines/` exports by default. */
export interface Pipeline<V = unknown, Result = unknown> {
  /** What was said, as data. */
  readonly plan: LogicalPlan;
  /** What an engine runs of it. */
  readonly topology: Topology;
  /** For types only, never set: what a record is, and what a result's values are. */
  readonly types?: { readonly record: V; readonly result: Result };
}

export function pipelineOf<V, Result>(plan: LogicalPlan): Pipeline<V, Result> {
  return Object.freeze({ plan, topology: compile(plan) });
}
