import { requireSetting } from '../errors.ts';
import { withNode, type LogicalPlan, type NewNode } from '../plan/logical-plan.ts';
import type { KeyByNode } from '../plan/node.ts';
import { withFinalResults } from './final-results.ts';

/** The plan with a key of its results behind it: they always go through an exchange, whatever their own key is. */
export function keyedAgain(plan: LogicalPlan, node: NewNode<KeyByNode>): LogicalPlan {
  requireNewName(plan, node);
  const last = plan.nodes.findLast(({ kind }) => kind === 'window' || kind === 'process');
  return withNode(last?.kind === 'window' ? withFinalResults(plan, 'a key over its results') : plan, node);
}

/** Names of exchanges are names of logs. */
function requireNewName({ nodes }: LogicalPlan, { exchange }: Pick<KeyByNode, 'exchange'>): void {
  const known = nodes.flatMap((node) =>
    node.kind === 'keyBy' && node.exchange !== undefined ? [node.exchange.id] : [],
  );
  const isNew = exchange === undefined || !known.includes(exchange.id);
  requireSetting('name of the exchange', exchange?.id, isNew, `none of ${known.join(', ')}`, "pass { name: 'again' }");
}
