/** Whether rows may be combined before they come to what is behind their exchange (PL-29). */
import type { Combinable } from '../exchange/combine.ts';
import type { WindowNode, PlanNode } from './node.ts';

export interface CombiningPlan {
  /** What can take combined rows; undefined: nothing can. */
  readonly takes: Combinable | undefined;
  /** Why its senders combine none; undefined: they do. */
  readonly obstacle: string | undefined;
}

/** @param behind the nodes behind the exchange, from its key on */
export function combiningPlan(behind: readonly PlanNode[]): CombiningPlan {
  const first = behind.find(({ kind }) => kind !== 'keyBy');
  if (first?.kind !== 'window') return none(`${NAMES[first?.kind ?? 'sink'] ?? 'code of the pipeline'} takes each row`);
  const { windows, emission } = first;
  const { sliceOf } = windows;
  if (sliceOf === undefined) return none(`${windows.kind} windows take each row`);
  if (!emission.finalOnly && emission.early?.by === 'records') return none('early results come with records');
  const takes = Object.freeze({ windows: windows.descriptor, sliceOf, aggregates: first.aggregates });
  return { takes, obstacle: obstacleIn(first) };
}

const NAMES: Partial<Record<PlanNode['kind'], string>> = {
  deduplicate: 'deduplicate',
  process: 'process',
  join: 'a join',
};

function none(obstacle: string): CombiningPlan {
  return { takes: undefined, obstacle };
}

/** One that cannot be combined needs the rows, and then they are there for the others too. */
function obstacleIn({ aggregates }: WindowNode): string | undefined {
  const each = aggregates.find(({ aggregate }) => aggregate.aggregator.columns === undefined);
  return each === undefined ? undefined : `${each.name} is no count, sum, mean, extreme or variance`;
}
