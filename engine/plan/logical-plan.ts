import { TidemarkError } from '../errors.ts';
import type { KeyByNode, PlanNode, SourceNode, WindowNode } from './node.ts';

/** What the user said, as data: frozen nodes, each behind those that it takes from. */
export interface LogicalPlan {
  readonly name: string;
  readonly nodes: readonly PlanNode[];
}

/** A node that has no place in a plan yet. */
export type NewNode<N extends PlanNode = PlanNode> = N extends PlanNode ? Omit<N, 'id' | 'inputs'> : never;

export function emptyPlan(name: string): LogicalPlan {
  return Object.freeze({ name, nodes: Object.freeze([]) });
}

/** The plan with one more node, which takes what the last one gives; a source takes nothing. */
export function withNode(plan: LogicalPlan, node: NewNode): LogicalPlan {
  const last = plan.nodes.findLast(({ kind }) => kind !== 'sink');
  const inputs = Object.freeze(last === undefined ? [] : [last.id]);
  const added = Object.freeze({ ...node, id: freeId(plan, node.kind === 'sink' ? node.sink.kind : node.kind), inputs });
  return Object.freeze({ ...plan, nodes: Object.freeze([...plan.nodes, added]) });
}

/** The plan with another node in place of the one of the same id. */
export function withChanged(plan: LogicalPlan, changed: PlanNode): LogicalPlan {
  return Object.freeze({
    ...plan,
    nodes: Object.freeze(plan.nodes.map((node) => (node.id === changed.id ? Object.freeze(changed) : node))),
  });
}

/** `window`, then `window2`: as the state of such operators has been named ever since (PL-30). */
function freeId({ nodes }: LogicalPlan, word: string): string {
  const isTaken = (id: string): boolean => nodes.some((node) => node.id === id);
  let id = word;
  for (let n = 2; isTaken(id); n++) id = `${word}${n}`;
  return id;
}

export function sourceOf({ name, nodes }: LogicalPlan): SourceNode {
  return required(
    name,
    'a source',
    nodes.find((node) => node.kind === 'source'),
  );
}

export function keyByOf({ name, nodes }: LogicalPlan): KeyByNode {
  return required(
    name,
    'a key',
    nodes.find((node) => node.kind === 'keyBy'),
  );
}

/** By which the results are grouped that the plan gives. */
export function lastKeyByOf({ name, nodes }: LogicalPlan): KeyByNode {
  return required(
    name,
    'a key',
    nodes.findLast((node) => node.kind === 'keyBy'),
  );
}

/** Names of the outputs beside the results, in the order of their nodes. */
export function sideOutputsOf({ nodes }: LogicalPlan): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'branch') return [node.output];
    return node.kind === 'process' ? [...(node.processFunction.outputs ?? [])] : [];
  });
}

function required<N>(plan: string, what: string, node: N | undefined): N {
  if (node !== undefined) return node;
  throw new TidemarkError(
    'internal',
    'PLAN_INCOMPLETE',
    `plan ${plan} must have ${what}, got none; report this with the pipeline's definition`,
  );
}

export function lastWindowOf({ nodes }: LogicalPlan): WindowNode | undefined {
  return nodes.findLast((node) => node.kind === 'window');
}
