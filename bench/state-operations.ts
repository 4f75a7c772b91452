import { z } from 'zod/mini';
import type { Topology } from '../engine/topology.ts';
import { kinesis, lake, list, map, pipeline } from '../engine/index.ts';
import type { ProcessContext } from '../engine/process/process-function.ts';
import type { ListState, MapState } from '../engine/process/state-descriptors.ts';
import type { SourceRecord } from '../engine/record.ts';
import { encodeChanges } from '../engine/state/delta-codec.ts';
import { emptyState, type PartitionState } from '../engine/state/partition-state.ts';
import { applyChange } from '../engine/state/state-change.ts';
import { step } from '../engine/step.ts';
import { requireSame } from './equality.ts';
import { interleave, mapFigure, ratioOf, type Figure } from './rounds.ts';

export interface StateOperationsSettings {
  /** Operations per measurement. */
  readonly operations: number;
  readonly rounds: number;
}

/** What one operation on the state of one key costs, by how much the key has already. */
export interface StateOperationsCost {
  readonly operations: number;
  readonly costs: ReadonlyArray<{
    readonly operation: OperationName;
    readonly entries: number;
    readonly microseconds: Figure;
    /** By the same with the least entries, in the same round. */
    readonly ratio: Figure;
  }>;
}

/** The last leaves room for the operations below the limit of one key. */
const SIZES = [100, 1_000, 9_000] as const;
const START_MS = 1_000_000;

type Context = ProcessContext<
  { readonly items: ListState<number>; readonly names: MapState<number> },
  { readonly n: number | null },
  string
>;

/** Each leaves as much as was there, so that the size holds; `fill` brings the first. */
const OPERATIONS = {
  'append to a list': {
    fill: ({ state }: Context, i: number) => state.items.append(i),
    run: ({ state }: Context, i: number) => state.items.append(i),
    sizeAfter: (entries: number, operations: number) => entries + operations,
  },
  'put into and delete from a map': {
    fill: ({ state }: Context, i: number) => state.names.set(`n${i}`, i),
    run: ({ state }: Context, i: number) => {
      state.names.set(`more${i}`, i);
      if (state.names.has(`n${i % SIZES[0]}`)) state.names.delete(`more${i}`);
    },
    sizeAfter: (entries: number) => entries,
  },
  'set and fire a timer': {
    fill: ({ setTimer }: Context, i: number) => setTimer(START_MS * 10 + i),
    run: ({ setTimer }: Context, i: number) => setTimer(START_MS + i),
    sizeAfter: (entries: number) => entries,
  },
} as const;

type OperationName = keyof typeof OPERATIONS;
const NAMES = Object.keys(OPERATIONS) as OperationName[];

export async function measureStateOperations({
  operations,
  rounds,
}: StateOperationsSettings): Promise<StateOperationsCost> {
  const costs: Array<StateOperationsCost['costs'][number]> = [];
  for (const name of NAMES) {
    const topology = topologyOf(name);
    const bySize = SIZES.map(
      (entries) => [`${entries}`, operate(topology, filled(topology, entries), name, entries, operations)] as const,
    );
    const variants = Object.fromEntries(bySize);
    const times = await interleave(rounds, variants);
    for (const entries of SIZES) {
      const mine = times[`${entries}`] as number[];
      costs.push({
        operation: name,
        entries,
        microseconds: mapFigure(mine, (ms) => (ms * 1_000) / operations),
        ratio: ratioOf(mine, times[`${SIZES[0]}`] as number[]),
      });
    }
  }
  return { operations, costs };
}

function topologyOf(name: OperationName): Topology {
  const { fill, run } = OPERATIONS[name];
  return pipeline('operations')
    .source(
      kinesis({
        stream: 'operations',
        partitionKey: 'key',
        schema: z.object({ key: z.string(), fill: z.int(), run: z.int(), timeMs: z.int() }),
      }),
    )
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: START_MS * 100 })
    .keyBy('key')
    .process({
      state: { items: list<number>(), names: map<number>() },
      results: { n: 'integer' },
      onRecord: ({ value: wanted }, context) => {
        for (let i = 0; i < wanted.fill; i++) fill(context as unknown as Context, i);
        for (let i = 0; i < wanted.run; i++) run(context as unknown as Context, i);
      },
      onTimer: () => undefined,
    })
    .to(lake()).topology;
}

const recordOf = (
  offset: bigint,
  wanted: { readonly fill: number; readonly run: number; readonly timeMs: number },
): SourceRecord => ({
  offset,
  subSequence: 0,
  partitionKey: 'k',
  arrivalTimeMs: 0,
  data: Buffer.from(JSON.stringify({ key: 'k', ...wanted })),
});

function filled(topology: Topology, entries: number): PartitionState {
  const state = emptyState(topology);
  const { change, outbox } = step(topology, state, [recordOf(1n, { fill: entries, run: 0, timeMs: 0 })]);
  requireSame('records that failed', 0, outbox.deadLetters.length);
  encodeChanges(change.tables, topology.tables);
  applyChange(state, change);
  requireSame('entries before', entries, entriesOf(state));
  return state;
}

/** Does them on copies, so that each round finds the same state. */
function operate(
  topology: Topology,
  state: PartitionState,
  name: OperationName,
  entries: number,
  operations: number,
): () => void {
  const records = [
    recordOf(2n, { fill: 0, run: operations, timeMs: 0 }),
    recordOf(3n, { fill: 0, run: 0, timeMs: START_MS * 5 }),
  ];
  return () => {
    const { change, outbox } = step(topology, state, records);
    requireSame('records that failed', 0, outbox.deadLetters.length);
    const expected = OPERATIONS[name].sizeAfter(entries, operations);
    let size = entriesOf(state);
    for (const { puts } of change.tables)
      for (const written of puts.values())
        for (const [key, entry] of written) size += sizeChange(state, key, entry !== undefined);
    requireSame(`entries after ${name}`, expected, size);
  };
}

const entriesOf = (state: PartitionState): number => state.tables.reduce((sum, { size }) => sum + size, 0);

function sizeChange(state: PartitionState, key: string, isThere: boolean): number {
  const wasThere = state.tables.some((table) => table.get('k', key) !== undefined);
  return Number(isThere) - Number(wasThere);
}
