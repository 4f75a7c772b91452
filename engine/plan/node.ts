import type { Exchange } from './exchange.ts';
import type { ResultColumn } from './results.ts';
import type { SinkSpec } from './sink.ts';
import type { EventTime, Source } from './source.ts';
import type { IntervalJoin } from '../join/join-operator.ts';
import type { ProcessFunction } from '../process/process-function.ts';
import type { Emission } from '../window/emission.ts';
import type { NamedAggregate, Windows } from '../window/windows.ts';

/** What every node has. */
interface Node {
  /** Unique in its plan and stable. Of a node with state it names the state (PL-30), e.g. `window2`. */
  readonly id: string;
  /** Ids of the nodes whose output it takes. */
  readonly inputs: readonly string[];
  /** What it gives; undefined: whatever the pipeline's code makes. */
  readonly columns?: readonly ResultColumn[];
}

/** A stream or topic, and the clock that its records go by. */
export interface SourceNode extends Node {
  readonly kind: 'source';
  readonly source: Source;
  readonly eventTime: EventTime;
}

/** Records of several sources in one stream: each keeps the clock of its own. */
export interface UnionNode extends Node {
  readonly kind: 'union';
}

/** One value becomes one: of records before an operator, of results behind it. */
export interface MapNode extends Node {
  readonly kind: 'map';
  readonly change: (value: never) => unknown;
}

/** Leaves values out. A result that was let through before is retracted. */
export interface FilterNode extends Node {
  readonly kind: 'filter';
  readonly isWanted: (value: never) => boolean;
}

/** One record becomes none, one or several. */
export interface FlatMapNode extends Node {
  readonly kind: 'flatMap';
  readonly change: (value: never) => Iterable<unknown>;
}

/** Sends records to a side output; the others go on. */
export interface BranchNode extends Node {
  readonly kind: 'branch';
  readonly output: string;
  readonly isWanted: (value: never) => boolean;
}

/** A key that code of the pipeline makes of a row. */
export interface ComputedKey {
  readonly keyOf: (value: never) => string | number;
  /** For people. @example '(flight) => `${flight.origin}-${flight.destination}`' */
  readonly descriptor: string;
}

/** Groups records. */
export interface KeyByNode extends Node {
  readonly kind: 'keyBy';
  readonly keyFields: readonly string[];
  /** What makes the key where it is no field; `keyFields` has its name alone then. */
  readonly computed?: ComputedKey;
  /** Of a join, whose left rows have `keyFields`: the fields of its right rows. Its inputs are the left and the right side. */
  readonly rightKeyFields?: readonly string[];
  /** Brings the rows to where their keys live; left out where the source's partitions hold them already. */
  readonly exchange?: Exchange;
}

/** Lets the first record of an id through. */
export interface DeduplicateNode extends Node {
  readonly kind: 'deduplicate';
  readonly by: (value: never) => string | number;
  readonly withinMs: number;
}

/** Windows and what they aggregate. */
export interface WindowNode extends Node {
  readonly kind: 'window';
  readonly windows: Windows;
  readonly allowedLatenessMs: number;
  readonly emission: Emission;
  readonly aggregates: readonly NamedAggregate[];
  readonly columns: readonly ResultColumn[];
}

/** An operator of the user's. */
export interface ProcessNode extends Node {
  readonly kind: 'process';
  readonly processFunction: ProcessFunction<never, never, never, string>;
  readonly columns: readonly ResultColumn[];
}

/** Pairs of rows of two inputs, by key and time. */
export interface JoinNode extends Node {
  readonly kind: 'join';
  readonly join: IntervalJoin;
  readonly columns: readonly ResultColumn[];
}

export interface SinkNode extends Node {
  readonly kind: 'sink';
  readonly sink: SinkSpec;
}

/** A node with state: it is compiled to an operator. */
export type StatefulNode = DeduplicateNode | WindowNode | ProcessNode | JoinNode;

export type PlanNode =
  SourceNode | UnionNode | MapNode | FilterNode | FlatMapNode | BranchNode | KeyByNode | StatefulNode | SinkNode;

export function isStateful(node: PlanNode): node is StatefulNode {
  return node.kind === 'deduplicate' || node.kind === 'window' || node.kind === 'process' || node.kind === 'join';
}
