import type { Pipeline } from '../../engine/dsl/pipeline-of.ts';
import type { Exchange } from '../../engine/plan/exchange.ts';
import type { RestLine } from '../cost/priced-template.ts';
import type { Topology } from '../../engine/topology.ts';
import { combiningPlan } from '../../engine/plan/combining.ts';
import { piecesOf, wayOf } from '../../engine/plan/pieces.ts';
import { sourcesOf, type LogicalPlan } from '../../engine/plan/logical-plan.ts';
import { nameOfSource, type Source } from '../../engine/plan/source.ts';
import { isStateful, type PlanNode, type SourceNode, type WindowNode } from '../../engine/plan/node.ts';
import { ASSUMED } from '../cost/assumptions.ts';
import { LEAST_USD } from '../cost/at-rest.ts';
import { estimate } from '../cost/estimate.ts';
import type { ExchangeAtRest } from '../cost/exchange-lines.ts';
import { inputOf } from '../cost/input-of.ts';
import { starOf } from '../cost/prices.ts';
import { servicesOf } from '../cost/report.ts';
import { restLines, type RestShape } from '../cost/rest-lines.ts';
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
  /** US dollars a month without records, by what they are for; those that cost something. */
  readonly atRestUsd: Readonly<Record<string, number>>;
  /** Which of these have a price in them that is not checked. */
  readonly uncheckedAtRest: readonly string[];
}

export interface Explanation {
  readonly pipeline: string;
  readonly fragments: readonly ExplainedFragment[];
}

/** What a pipeline does, and what it takes. */
export function explain({ plan, topology, fragments }: Pick<Pipeline, 'plan' | 'topology' | 'fragments'>): Explanation {
  const explainedNode = (node: PlanNode): ExplainedNode => {
    const { what, details } = describeNode(node, sourcesOf(plan).length > 1);
    const all = [...details, ...crossingOf(plan, node), ...stateOf(node, slowestOf(plan)), ...waitOf(node, fragments)];
    return { id: node.id, kind: node.kind, inputs: node.inputs, what, details: all };
  };
  const [first = [], ...behind] = piecesOf(plan.nodes);
  const sources = sourcesOf(plan);
  const reading = sources.map((source, i): ExplainedFragment => {
    const nodes = wayOf(first, source).map(explainedNode);
    const id = sources.length === 1 ? plan.name : `${plan.name} from ${nameOfSource(source.source)}`;
    return { id, nodes, ...(i === 0 ? atRestOf(topology) : furtherOf(fragments[i] as Topology)) };
  });
  const receiving = behind.map((nodes, i): ExplainedFragment => {
    const { id, receivers } = exchangeOf(nodes);
    const logs = sources.map(({ source }) => partitionsOf(source));
    const senders = i === 0 ? logs.reduce((sum, each) => sum + each, 0) : exchangeOf(behind[i - 1] ?? []).receivers;
    const shape = exchangeShape({ ticks: sources.length, senders, receivers });
    const rest = restUsd(restLines(i === 0 ? { ...shape, meeting: logs } : shape));
    return { id: `${plan.name} behind ${id}`, nodes: nodes.map(explainedNode), ...rest };
  });
  return { pipeline: plan.name, fragments: [...reading, ...receiving] };
}

/** A piece behind an exchange begins with its key. */
function exchangeOf(nodes: readonly PlanNode[]): Exchange {
  return nodes.flatMap((node) =>
    node.kind === 'keyBy' && node.exchange !== undefined ? [node.exchange] : [],
  )[0] as Exchange;
}

/** The source that holds windows open for longest. */
function slowestOf(plan: LogicalPlan): SourceNode {
  const waitOfSource = ({ eventTime }: SourceNode): number => eventTime.maxOutOfOrdernessMs;
  return sourcesOf(plan).reduce((slowest, one) => (waitOfSource(one) > waitOfSource(slowest) ? one : slowest));
}

/** A further source, what polls it and what alarms it has. */
function furtherOf(topology: Topology): AtRest {
  const { source } = topology;
  const shape = {
    dashboards: 0,
    alarmMetrics: ASSUMED.furtherAlarmMetrics[source.kind],
    keys: 0,
    ticks: [partitionsOf(source)],
    isFurther: true,
    exchanges: [],
  };
  return restUsd([...ofSourceAtRest(topology), ...restLines(shape)]);
}

function ofSourceAtRest(topology: Topology): RestLine[] {
  const ofSource = estimate(inputOf([{ ...topology, sources: [topology.source], downstream: [] }], AT_REST));
  const services = servicesOf(ofSource);
  return ['Kinesis', 'MSK', 'VPC'].map((what) => {
    const lines = ofSource.lines.filter(({ service }) => service === what);
    return { what, usd: services[what] ?? 0, isUnchecked: starOf(lines) !== '' };
  });
}

/** The source by itself, and what a template has besides: `atRest` finds the same in the template. */
function atRestOf(topology: Topology): AtRest {
  const shape = {
    dashboards: ASSUMED.dashboards,
    alarmMetrics: ASSUMED.alarmMetrics[topology.source.kind],
    keys: ASSUMED.keys,
    ticks: [partitionsOf(topology.source)],
    exchanges: [],
  };
  return restUsd([...ofSourceAtRest(topology), ...restLines(shape)]);
}

function exchangeShape(exchange: ExchangeAtRest): RestShape {
  const alarmMetrics = ASSUMED.receiverAlarmMetrics;
  return { dashboards: 0, alarmMetrics, keys: 0, ticks: [], exchanges: [exchange] };
}

/** At rest. */
function partitionsOf({ kind }: Source): number {
  return kind === 'kinesis' ? 1 : ASSUMED.topicPartitions;
}

type AtRest = Pick<ExplainedFragment, 'atRestUsd' | 'uncheckedAtRest'>;

function restUsd(lines: readonly RestLine[]): AtRest {
  const shown = lines.filter(({ usd = 0 }) => usd >= LEAST_USD);
  return {
    atRestUsd: Object.fromEntries(shown.map(({ what, usd = 0 }) => [what, usd])),
    uncheckedAtRest: shown.filter(({ isUnchecked }) => isUnchecked === true).map(({ what }) => what),
  };
}

/** Whether rows are combined before they come to the node. */
function crossingOf({ nodes }: LogicalPlan, node: PlanNode): string[] {
  if (node.kind !== 'keyBy' || node.exchange === undefined) return [];
  const { obstacle } = combiningPlan(nodes.slice(nodes.indexOf(node)));
  return [
    obstacle === undefined ? 'rows of a commit are combined, by key and window' : `rows are not combined: ${obstacle}`,
  ];
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
