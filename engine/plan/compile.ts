import type { ResultShape } from './results.ts';
import { outputDelayMs, type Downstream, type Topology } from '../topology.ts';
import type { Exchange } from './exchange.ts';
import { keyOfFields, keyOfRow, partsOf } from '../key.ts';
import { keyText } from '../decode.ts';
import type { Operator } from '../operator.ts';
import { joinOperator } from '../join/join-operator.ts';
import { joinKeyOf } from '../join/join-key.ts';
import { Sided, type Side } from '../join/side.ts';
import type { ResultRow } from '../outputs.ts';
import type { Combinable } from '../exchange/combine.ts';
import { fingerprintOf, stateSchemaOf } from '../codec/fingerprint.ts';
import { deduplicateOperator } from '../process/deduplicate-operator.ts';
import { processOperator } from '../process/process-operator.ts';
import { RowCheck } from '../value/emitted.ts';
import { combiningPlan } from './combining.ts';
import { keyByOf, sideOutputsOf, sourceOf, sourcesOf, type LogicalPlan } from './logical-plan.ts';
import { isStateful, type KeyByNode, type PlanNode, type SourceNode, type StatefulNode } from './node.ts';
import { piecesOf, wayOf, wayTo } from './pieces.ts';
import { changing, having, type ResultTransform } from './shape-results.ts';
import { allOf, branching, chain, filtering, flatMapping, mapping, type Transform } from './transform-records.ts';

/**
 * Makes what an engine runs of what the user said, cut where an exchange is. In a fragment the nodes before the first
 * operator become one transformation of records, those behind an operator one of its results.
 *
 *     source ─► map ─► filter ─► keyBy ─► window ─► filter ─► sink
 *               └─ transform ─┘           operator  └ shape ┘
 *
 *     source ─► map ═► keyBy ─► window ─► filter ═► keyBy ─► window ─► sink           ═► exchange
 *     └ fragment 0 ┘   └────── fragment 1 ──────┘   └──── fragment 2 ─────┘
 *
 *     source ─► map ─┬═► keyBy ─► …              fragments 0 and 1 read a source each; both send to fragment 2
 *     source ────────┘
 *
 *     source ─► filter ─┬═► keyBy ─► join ─► …   a record may be of both sides: it is sent once for each
 *            └► filter ─┘
 *
 * @returns the fragments, each behind those that send to it; the first ones read the sources, in their order
 */
export function compile(plan: LogicalPlan): readonly Topology[] {
  const sources = sourcesOf(plan);
  const pieces = piecesOf(plan.nodes);
  const chains = pieces.map(chainOf);
  const delays = chains.map(outputDelayMs);
  const keys = pieces.map((nodes) => nodes.find((node) => node.kind === 'keyBy'));
  // Each piece but the first begins with the key of its exchange.
  const exchanges = keys.slice(1).map((key) => key?.exchange as Exchange);
  const { results } = chains.at(-1) as Chain;
  const rowCheck = new RowCheck(results.columns);
  const common = {
    name: plan.name,
    sources: Object.freeze(sources.map(({ source }) => source)),
    results,
    checked: (row: ResultRow) => rowCheck.checked(row),
    sideOutputs: Object.freeze(sideOutputsOf(plan)),
    sinks: Object.freeze(plan.nodes.flatMap((node) => (node.kind === 'sink' ? [node.sink] : []))),
  };
  const combining = pieces.map((nodes, i) => (i === 0 ? undefined : combiningPlan(nodes)));
  const fragment = (i: number, { source, eventTime }: SourceNode, part: Chain): Unlinked => {
    const [receivesFrom, sendsTo, senders] = [exchanges[i - 1], exchanges[i], exchanges[i - 2]];
    const key = keys[i] ?? keyByOf(plan);
    const { keyFields } = key;
    return {
      ...common,
      source,
      eventTime,
      keyFields,
      takesCombined: combining[i]?.takes,
      receivesFrom,
      sentBy: Object.freeze(senders === undefined ? [] : [senders]),
      sendsTo,
      sentKeyOf: rowKeyOf(keys[i + 1] ?? key),
      downstream: Object.freeze(downstreamOf(i, exchanges, delays)),
      ...keysOf(key, receivesFrom === undefined, keys[i] !== undefined),
      ...partOf(keyFields, part),
    };
  };
  const [first = [], ...others] = pieces;
  const reading = sources.map((source) => fragment(0, source, readingChain(first, source, keyByOf(plan))));
  const receiving = others.map((_, i) => fragment(i + 1, sourceOf(plan), chains[i + 1] as Chain));
  const combinables = combining.map((each) => (each?.obstacle === undefined ? each?.takes : undefined));
  const linkedTo = (one: Unlinked, i: number): Topology => linked(one, receiving[i], combinables[i + 1]);
  return Object.freeze([...reading.map((one) => linkedTo(one, 0)), ...receiving.map((one, i) => linkedTo(one, i + 1))]);
}

type Unlinked = Omit<Topology, 'combines'>;

/** Each knows what the one behind it makes of combined rows, and under which state schema. */
function linked(fragment: Unlinked, next: Unlinked | undefined, combinable: Combinable | undefined): Topology {
  const combines =
    next === undefined || combinable === undefined
      ? undefined
      : Object.freeze({ combinable, receivers: fingerprintOf(stateSchemaOf(next)) });
  return Object.freeze({ ...fragment, combines });
}

/** Of fragment `i`: what it sends to, and what is sent to from there on, with how long the fragments between hold time back. */
function downstreamOf(i: number, exchanges: readonly Exchange[], delays: readonly number[]): Downstream[] {
  let delayMs = 0;
  return exchanges.slice(i).map((exchange, further) => {
    if (further > 0) delayMs += delays[i + further] as number;
    return Object.freeze({ exchange, delayMs });
  });
}

/** Where a key is: in the partition of its source, in its receiver, or behind the exchange to come. */
function keysOf(key: KeyByNode, isOfSource: boolean, hasKey: boolean): Pick<Topology, 'keyOf' | 'routingKeyOf'> {
  const whole = { routingKeyOf: (text: string) => text };
  if (!isOfSource) return { ...whole, keyOf: (_value, text) => text };
  if (!hasKey) return { ...whole, keyOf: rowKeyOf(key) };
  const { keyFields } = key;
  const isComposite = keyFields.length > 1;
  return {
    keyOf: (value, partitionKey) => keyOfFields(keyFields, value, partitionKey),
    routingKeyOf: (text) => (isComposite ? (partsOf(text)[0] as string) : text),
  };
}

/** The key of what goes through an exchange. */
function rowKeyOf({ keyFields, rightKeyFields, computed }: KeyByNode): (value: unknown) => string {
  if (rightKeyFields !== undefined) {
    const fields = { left: keyFields, right: rightKeyFields };
    return (given) => {
      const { side, value } = given as Sided;
      return joinKeyOf(fields[side], value);
    };
  }
  if (computed === undefined) return (value) => keyOfRow(keyFields, value);
  const [name] = keyFields as readonly [string];
  return (value) => keyText(computed.keyOf(value as never), name, "correct the pipeline's key function");
}

/** Nodes between two cuts, as they work one behind the other. */
interface Chain {
  readonly transform: Transform | undefined;
  readonly operators: readonly Operator[];
  /** Of each operator. */
  readonly resultTransforms: ReadonlyArray<ResultTransform | undefined>;
  readonly results: ResultShape;
}

/** What a function that reads a source does before the first exchange. */
function readingChain(first: readonly PlanNode[], source: SourceNode, key: KeyByNode): Chain {
  if (key.rightKeyFields === undefined) return chainOf(wayOf(first, source), 0);
  const [left, right] = key.inputs as readonly [string, string];
  const ways: Array<readonly [Side, string]> = [
    ['left', left],
    ['right', right],
  ];
  const transforms = ways.flatMap(([side, last]) => {
    const way = wayTo(first, source, last);
    const toSide = mapping((value: unknown) => new Sided(side, value));
    return way.length === 0 ? [] : [chain(chainOf(way, 0).transform, toSide)];
  });
  return { ...chainOf([], 0), transform: allOf(transforms) };
}

function chainOf(nodes: readonly PlanNode[], piece: number): Chain {
  const operators: Operator[] = [];
  const resultTransforms: Array<ResultTransform | undefined> = [];
  let transform: Transform | undefined;
  let results: ResultShape = { identity: 'window', columns: [], windowMs: undefined, allowedLatenessMs: 0 };
  for (const node of nodes) {
    if (isStateful(node)) {
      operators.push(operatorOf(node, piece > 0));
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
): Pick<Topology, 'transform' | 'operators' | 'tables' | 'shape' | 'exchanged'> {
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
    exchanged: ({ key, values, windowStartMs, windowEndMs }: ResultRow) => ({
      ...keyValues(keyFields, key),
      ...values,
      windowStartMs,
      windowEndMs,
    }),
  };
}

function operatorOf(node: StatefulNode, isBehindExchange: boolean): Operator {
  switch (node.kind) {
    case 'deduplicate':
      return deduplicateOperator(node.id, node);
    case 'window': {
      const { id, allowedLatenessMs, emission, aggregates } = node;
      return node.windows.operator({ id, allowedLatenessMs, emission, aggregates, isBehindExchange });
    }
    case 'process':
      return processOperator(node.id, node.processFunction);
    case 'join':
      return joinOperator(node.id, node.join);
  }
}

function shapeOf(node: StatefulNode, before: ResultShape): ResultShape {
  if (node.kind === 'deduplicate') return before;
  const { columns } = node;
  if (node.kind === 'process' || node.kind === 'join')
    return { identity: 'sequence', columns, windowMs: undefined, allowedLatenessMs: 0 };
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
  const parts = keyFields.length === 1 ? [key] : partsOf(key);
  return Object.fromEntries(keyFields.map((field, i) => [field, parts[i] as string]));
}
