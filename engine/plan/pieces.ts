import type { PlanNode, SourceNode } from './node.ts';

/** The nodes between two cuts. */
export function piecesOf(nodes: readonly PlanNode[]): ReadonlyArray<readonly PlanNode[]> {
  const cuts = nodes.flatMap((node, i) => (node.kind === 'keyBy' && node.exchange !== undefined ? [i] : []));
  return [0, ...cuts].map((from, i) => nodes.slice(from, cuts[i]));
}

/** Of nodes that are read from several sources, those that its records pass. */
export function wayOf(nodes: readonly PlanNode[], source: SourceNode): readonly PlanNode[] {
  const passed = new Set<string>();
  return nodes.filter((node) => {
    const isPassed = node === source || node.inputs.some((input) => passed.has(input));
    if (isPassed) passed.add(node.id);
    return isPassed;
  });
}

/** Of nodes that are read from a source, those that its records pass on their way to one of them; empty: they do not come there. */
export function wayTo(nodes: readonly PlanNode[], source: SourceNode, target: string): readonly PlanNode[] {
  const leading = new Set([target]);
  for (const { id, inputs } of nodes.toReversed()) if (leading.has(id)) for (const input of inputs) leading.add(input);
  return leading.has(source.id) ? wayOf(nodes, source).filter(({ id }) => leading.has(id)) : [];
}
