import type { Pipeline } from '../../engine/dsl/pipeline-of.ts';
import type { Topology } from '../../engine/topology.ts';
import { sourceOf } from '../../engine/plan/logical-plan.ts';
import { isStateful, type PlanNode, type SourceNode, type WindowNode } from '../../engine/plan/node.ts';
import { estimate } from '../cost/estimate.ts';
import { exchangeAtRestUsd } from '../cost/exchange-lines.ts';
import { inputOf } from '../cost/input-of.ts';
import { servicesOf } from '../cost/report.ts';
import { durationText } from '../text.ts';
import { describeNode } from './describe-node.ts';

/** Next to nothing: what a month costs then is what the pipeline costs at rest. */
const AT_REST = Object.freeze({ eventsPerSecond: 1e-9, keys: 1, eventBytes: 1 });

/** One node, in words. */
export interface ExplainedNode {
  readonly id: string;
  readonly kind: PlanNode['kind'];
  readonly inputs: readonly string[];
  readonly what: string;
  readonly details: readonly string[];
}

/** What one function runs: one source or exchange, and all that is behind it. */
export interface ExplainedFragment {
  readonly id: string;
  readonly nodes: readonly ExplainedNode[];
  /** US dollars a month without records, per service; those that cost something. */
  readonly atRestUsd: Readonly<Record<string, number>>;
}

export interface Explanation {
  readonly pipeline: string;
  readonly fragments: readonly ExplainedFragment[];
}

/** What a pipeline does, and what it takes. */
export function explain({ plan, topology, fragments }: Pick<Pipeline, 'plan' | 'topology' | 'fragments'>): Explanation {
  const nodes = plan.nodes.map((node) => {
    const { what, details } = describeNode(node);
    return {
      id: node.id,
      kind: node.kind,
      inputs: node.inputs,
      what,
      details: [...details, ...stateOf(node, sourceOf(plan)), ...waitOf(node, fragments)],
    };
  });
  const cuts = plan.nodes.flatMap((node, i) => (node.kind === 'keyBy' && node.exchange !== undefined ? [i] : []));
  const explained = fragments.map(({ receivesFrom }, i): ExplainedFragment => {
    const own = nodes.slice(cuts[i - 1] ?? 0, cuts[i]);
    if (receivesFrom === undefined) return { id: plan.name, nodes: own, atRestUsd: atRestOf(topology) };
    return { id: `${plan.name} behind ${receivesFrom.id}`, nodes: own, atRestUsd: exchangeAtRestUsd() };
  });
  return { pipeline: plan.name, fragments: explained };
}

function atRestOf(topology: Topology): Record<string, number> {
  const services = servicesOf(estimate(inputOf(topology, AT_REST)));
  return Object.fromEntries(Object.entries(services).filter(([, usd]) => usd >= 0.005));
}

/** What bounds the state of windows. */
function stateOf(node: PlanNode, { eventTime }: SourceNode): string[] {
  if (node.kind !== 'window') return [];
  const {
    windows: { kind, sizeMs = 0 },
    allowedLatenessMs,
  } = node as WindowNode;
  const open = durationText(sizeMs + allowedLatenessMs + eventTime.maxOutOfOrdernessMs);
  const bounds = {
    tumbling: `an entry per key and window, for ${open} of event time`,
    calendar: `an entry per key and window, for about ${open} of event time`,
    hopping: `an entry per key and slice of the windows, for ${open} of event time`,
    session: `an entry per session, until ${durationText(sizeMs + allowedLatenessMs)} of event time after its end`,
    sliding: `an entry per record, for ${durationText(2 * sizeMs + allowedLatenessMs + eventTime.maxOutOfOrdernessMs)} of event time`,
    count: 'an entry per key, for good',
    global: 'an entry per key, for good',
  };
  return [`state: ${bounds[kind]}`];
}

/** By how much an operator is behind the source's watermark: it waits for the final results of those before it. */
function waitOf(node: PlanNode, fragments: readonly Topology[]): string[] {
  if (!isStateful(node)) return [];
  const operators = fragments.flatMap((fragment) => fragment.operators);
  const waitMs = operators
    .slice(
      0,
      operators.findIndex(({ id }) => id === node.id),
    )
    .reduce((sum, { delayMs }) => sum + delayMs, 0);
  return waitMs === 0 ? [] : [`watermark: ${durationText(waitMs)} behind that of the source`];
}
