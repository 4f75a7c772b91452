import type { ResultShape } from './results.ts';
import type { Topology } from '../topology.ts';
import { keyOfFields, keyOfRow, partsOf } from '../key.ts';
import { keyText } from '../decode.ts';
import type { Operator } from '../operator.ts';
import type { ResultRow } from '../outputs.ts';
import { deduplicateOperator } from '../process/deduplicate-operator.ts';
import { processOperator } from '../process/process-operator.ts';
import { RowCheck } from '../value/emitted.ts';
import { keyByOf, sideOutputsOf, sourceOf, type LogicalPlan } from './logical-plan.ts';
import { isStateful, type PlanNode, type StatefulNode } from './node.ts';
import { changing, having, type ResultTransform } from './shape-results.ts';
import { branching, chain, filtering, flatMapping, mapping, type Transform } from './transform-records.ts';

/**
 * Makes what an engine runs of what the user said, cut where an exchange is. In a fragment the nodes before the first
 * operator become one transformation of records, those behind an operator one of its results.
 *
 *     source ─► map ─► filter ─► keyBy ─► window ─► filter ─► sink
 *               └─ transform ─┘           operator  └ shape ┘
 *
 *     source ─► map ═► keyBy ─► window ─► filter ─► sink           ═► exchange
 *     └ fragment 0 ┘   └──────── fragment 1 ────────────┘
 *
 * @returns the fragments, each behind the one that sends to it; the first reads the source
 */
export function compile(plan: LogicalPlan): readonly Topology[] {
  const { source, eventTime } = sourceOf(plan);
  const { keyFields, computed, exchange } = keyByOf(plan);
  const cut = plan.nodes.findIndex((node) => node.kind === 'keyBy' && node.exchange !== undefined);
  const before = chainOf(plan.nodes.slice(0, cut < 0 ? plan.nodes.length : cut));
  const last = cut < 0 ? before : chainOf(plan.nodes.slice(cut));
  const rowCheck = new RowCheck(last.results.columns);
  const common = {
    name: plan.name,
    source,
    eventTime,
    keyFields,
    results: last.results,
    checked: (row: ResultRow) => rowCheck.checked(row),
    sideOutputs: Object.freeze(sideOutputsOf(plan)),
    sinks: Object.freeze(plan.nodes.flatMap((node) => (node.kind === 'sink' ? [node.sink] : []))),
  };
  const isComposite = keyFields.length > 1;
  const inPlace = {
    keyOf: (value: unknown, partitionKey: string) => keyOfFields(keyFields, value, partitionKey),
    routingKeyOf: (key: string) => (isComposite ? (partsOf(key)[0] as string) : key),
  };
  const whole = { routingKeyOf: (key: string) => key };
  const sender = { receivesFrom: undefined, sendsTo: exchange };
  if (exchange === undefined)
    return [Object.freeze({ ...common, ...sender, ...inPlace, ...partOf(keyFields, before) })];
  const keyOf = (value: unknown) =>
    computed === undefined
      ? keyOfRow(keyFields, value)
      : keyText(computed.keyOf(value as never), keyFields[0] as string, "correct the pipeline's key function");
  const receiver = { receivesFrom: exchange, sendsTo: undefined, keyOf: (_value: unknown, key: string) => key };
  return Object.freeze([
    Object.freeze({ ...common, ...sender, ...whole, keyOf, ...partOf(keyFields, before) }),
    Object.freeze({ ...common, ...receiver, ...whole, ...partOf(keyFields, last) }),
  ]);
}

/** Nodes between two cuts, as they work one behind the other. */
interface Chain {
  readonly transform: Transform | undefined;
  readonly operators: readonly Operator[];
  /** Of each operator. */
  readonly resultTransforms: ReadonlyArray<ResultTransform | undefined>;
  readonly results: ResultShape;
}

function chainOf(nodes: readonly PlanNode[]): Chain {
  const operators: Operator[] = [];
  const resultTransforms: Array<ResultTransform | undefined> = [];
  let transform: Transform | undefined;
  let results: ResultShape = { identity: 'window', columns: [], windowMs: undefined, allowedLatenessMs: 0 };
  for (const node of nodes) {
    if (isStateful(node)) {
      operators.push(operatorOf(node));
      resultTransforms.push(undefined);
      results = shapeOf(node, results);
    } else if (operators.length === 0) {
      transform = withTransform(transform, node);
    } else {
      resultTransforms.push(withResultTransform(resultTransforms.pop(), node));
      if (node.columns !== undefined) results = { ...results, columns: node.columns };
    }
  }
  return { transform, operators, resultTransforms, results };
}

function partOf(
  keyFields: readonly string[],
  { transform, operators, resultTransforms }: Chain,
): Pick<Topology, 'transform' | 'operators' | 'tables' | 'shape'> {
  const isComposite = keyFields.length > 1;
  return {
    transform,
    operators: Object.freeze([...operators]),
    tables: Object.freeze(operators.flatMap(({ tables }) => tables)),
    shape: (from: number, row: ResultRow) => {
      const change = resultTransforms[from];
      const shown =
        isComposite && row.retracted !== true
          ? { ...row, values: { ...keyValues(keyFields, row.key), ...row.values } }
          : row;
      return change === undefined ? shown : change(shown);
    },
  };
}

function operatorOf(node: StatefulNode): Operator {
  switch (node.kind) {
    case 'deduplicate':
      return deduplicateOperator(node.id, node);
    case 'window': {
      const { id, allowedLatenessMs, emission, aggregates } = node;
      return node.windows.operator({ id, allowedLatenessMs, emission, aggregates });
    }
    case 'process':
      return processOperator(node.id, node.processFunction);
  }
}

function shapeOf(node: StatefulNode, before: ResultShape): ResultShape {
  if (node.kind === 'deduplicate') return before;
  const { columns } = node;
  if (node.kind === 'process') return { identity: 'sequence', columns, windowMs: undefined, allowedLatenessMs: 0 };
  const { windows, allowedLatenessMs } = node;
  return {
    identity: windows.results === 'bounded' ? 'window' : 'sequence',
    columns,
    windowMs: windows.sizeMs,
    allowedLatenessMs,
  };
}

function withTransform(before: Transform | undefined, node: PlanNode): Transform | undefined {
  const transform = transformOf(node);
  return transform === undefined ? before : chain(before, transform);
}

function transformOf(node: PlanNode): Transform | undefined {
  if (node.kind === 'map') return mapping(node.change);
  if (node.kind === 'filter') return filtering(node.isWanted);
  if (node.kind === 'flatMap') return flatMapping(node.change);
  return node.kind === 'branch' ? branching(node.output, node.isWanted) : undefined;
}

function withResultTransform(before: ResultTransform | undefined, node: PlanNode): ResultTransform | undefined {
  if (node.kind === 'filter') return having(before, node.isWanted);
  return node.kind === 'map' ? changing(before, node.change) : before;
}

function keyValues(keyFields: readonly string[], key: string): Readonly<Record<string, string>> {
  const parts = partsOf(key);
  return Object.fromEntries(keyFields.map((field, i) => [field, parts[i] as string]));
}
