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
  const inputs = Object.freeze(plan.nodes.length === 0 ? [] : [lastIdOf(plan)]);
  return withAdded(
    plan,
    Object.freeze({ ...node, id: freeId(plan, node.kind === 'sink' ? node.sink.kind : node.kind), inputs }),
  );
}

function withAdded(plan: LogicalPlan, node: PlanNode): LogicalPlan {
  return Object.freeze({ ...plan, nodes: Object.freeze([...plan.nodes, node]) });
}

/** Of the node whose output is that of the plan. */
const lastIdOf = ({ nodes }: LogicalPlan): string => (nodes.findLast(({ kind }) => kind !== 'sink') as PlanNode).id;

/** The plan with the nodes of others, and what brings them together. */
export function withUnion(plan: LogicalPlan, others: readonly LogicalPlan[]): LogicalPlan {
  const [united, lasts] = withOthers(plan, others);
  return withAdded(united, Object.freeze({ kind: 'union', id: freeId(united, 'union'), inputs: lasts }));
}

/** The plan with the nodes of another, and what both come to. */
export function withBoth(plan: LogicalPlan, other: LogicalPlan, node: NewNode): LogicalPlan {
  const [both, inputs] = withOthers(plan, [other]);
  return withAdded(both, Object.freeze({ ...node, id: freeId(both, node.kind), inputs }));
}

/**
 * Ids that are taken get a number; a source that is there already, the very same one, is there once.
 *
 * @returns the ids of the nodes whose outputs those of the plans are, too
 */
function withOthers(plan: LogicalPlan, others: readonly LogicalPlan[]): [LogicalPlan, readonly string[]] {
  const lasts = [lastIdOf(plan)];
  let united = plan;
  for (const other of others) {
    const renamed = new Map<string, string>();
    for (const node of other.nodes) {
      const isThere = node.kind === 'source' && united.nodes.includes(node);
      const id = isThere ? node.id : freeId(united, node.kind);
      renamed.set(node.id, id);
      if (isThere) continue;
      const inputs = Object.freeze(node.inputs.map((input) => renamed.get(input) as string));
      united = withAdded(united, Object.freeze({ ...node, id, inputs }));
    }
    lasts.push(renamed.get(lastIdOf(other)) as string);
  }
  return [united, Object.freeze(lasts)];
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

/** All of them, the first one first. */
export function sourcesOf({ nodes }: LogicalPlan): SourceNode[] {
  return nodes.filter((node) => node.kind === 'source');
}

/** The first one. */
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
