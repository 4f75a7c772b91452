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
  const last = fragments.at(-1) ?? topology;
  const nodes = plan.nodes.map((node) => {
    const { what, details } = describeNode(node);
    return {
      id: node.id,
      kind: node.kind,
      inputs: node.inputs,
      what,
      details: [...details, ...stateOf(node, sourceOf(plan)), ...waitOf(node, last)],
    };
  });
  const first = { id: plan.name, nodes, atRestUsd: atRestOf(topology) };
  if (topology.sendsTo === undefined) return { pipeline: plan.name, fragments: [first] };
  const cut = plan.nodes.findIndex(({ kind }) => kind === 'keyBy');
  const receiver = {
    id: `${plan.name} behind ${topology.sendsTo.id}`,
    nodes: nodes.slice(cut),
    atRestUsd: exchangeAtRestUsd(),
  };
  return { pipeline: plan.name, fragments: [{ ...first, nodes: nodes.slice(0, cut) }, receiver] };
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
function waitOf(node: PlanNode, { operators }: Topology): string[] {
  if (!isStateful(node)) return [];
  const waitMs = operators
    .slice(
      0,
      operators.findIndex(({ id }) => id === node.id),
    )
    .reduce((sum, { delayMs }) => sum + delayMs, 0);
  return waitMs === 0 ? [] : [`watermark: ${durationText(waitMs)} behind that of the source`];
}
