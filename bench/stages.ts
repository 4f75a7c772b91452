import { compress } from '../engine/codec/compression.ts';
import { decodeRecord, parseJson } from '../engine/decode.ts';
import type { Topology } from '../engine/topology.ts';
import { isKind } from '../engine/errors.ts';
import { encodeOutbox } from '../engine/partition-log/outbox-codec.ts';
import { encodeSnapshot } from '../engine/partition-log/snapshot-writer.ts';
import type { SourceRecord } from '../engine/record.ts';
import { encodeChanges } from '../engine/state/delta-codec.ts';
import { emptyState, type PartitionState } from '../engine/state/partition-state.ts';
import { applyChange } from '../engine/state/state-change.ts';
import { step } from '../engine/step.ts';
import { batchesOf, type Invocation } from './flights-load.ts';

export const STAGES = [
  'event and base64',
  'JSON',
  'schema, key and time',
  'windows',
  'delta',
  'outbox',
  'apply and hash',
  'snapshot',
] as const;
export type Stage = (typeof STAGES)[number];

const SNAPSHOT_EVERY = 32;

/**
 * The way of a batch by hand, to see where its time goes. `step` decodes records itself, so decoding is timed on its own
 * and taken off.
 */
export class Staged {
  readonly #topology: Topology;
  readonly #states = new Map<string, { readonly state: PartitionState; commits: number }>();
  readonly #ms = new Map<Stage, number>();

  constructor(topology: Topology) {
    this.#topology = topology;
  }

  get counted(): number {
    return [...this.#states.values()].reduce((sum, { state }) => sum + state.counters.counted, 0);
  }

  /** Share of each stage in the sum of all. */
  shares(): Record<Stage, number> {
    const total = [...this.#ms.values()].reduce((sum, ms) => sum + ms, 0);
    return Object.fromEntries(STAGES.map((stage) => [stage, (this.#ms.get(stage) ?? 0) / total])) as Record<
      Stage,
      number
    >;
  }

  run({ partition, event }: Invocation): void {
    const log = this.#states.get(partition.partition) ?? { state: emptyState(this.#topology), commits: 0 };
    this.#states.set(partition.partition, log);
    const { state } = log;
    const topology = this.#topology;
    const records = this.#time('event and base64', () => batchesOf(event).flat());
    const parseMs = elapsed(() => parseAll(records));
    const decodeMs = elapsed(() => decodeAll(topology, records));
    this.#add('JSON', parseMs);
    this.#add('schema, key and time', decodeMs - parseMs);
    const startMs = performance.now();
    const { change, outbox } = step(topology, state, records);
    this.#add('windows', performance.now() - startMs - decodeMs);
    this.#time('delta', () => compress(encodeChanges(change.tables, topology.tables)));
    this.#time('outbox', () => compress(encodeOutbox(outbox)));
    this.#time('apply and hash', () => applyChange(state, change));
    log.commits += 1;
    if (log.commits % SNAPSHOT_EVERY === 0)
      this.#time('snapshot', () =>
        encodeSnapshot({ logId: 'bench', version: log.commits, commitId: 'bench' }, state, topology),
      );
  }

  #time<T>(stage: Stage, work: () => T): T {
    const startMs = performance.now();
    const result = work();
    this.#add(stage, performance.now() - startMs);
    return result;
  }

  #add(stage: Stage, ms: number): void {
    this.#ms.set(stage, (this.#ms.get(stage) ?? 0) + ms);
  }
}

function parseAll(records: readonly SourceRecord[]): number {
  return tally(records, parseJson);
}

function decodeAll(topology: Topology, records: readonly SourceRecord[]): number {
  return tally(records, (record) =>
    topology.keyOf(decodeRecord(topology, record, record.arrivalTimeMs).value, record.partitionKey),
  );
}

/** @returns how many of them can be decoded: the result is used, so that the work is done */
function tally(records: readonly SourceRecord[], decode: (record: SourceRecord) => unknown): number {
  let good = 0;
  for (const record of records) {
    try {
      if (decode(record) !== undefined) good += 1;
    } catch (error) {
      if (!isKind(error, 'data')) throw error;
    }
  }
  return good;
}

function elapsed(work: () => unknown): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
