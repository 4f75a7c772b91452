import type { Topology } from '../engine/topology.ts';
import { processBatch } from '../engine/process-batch.ts';
import { stepTick } from '../engine/step.ts';
import { MAX_EVENT_TIME_MS } from '../engine/time/watermark.ts';
import { EMPTY_OUTBOX } from '../engine/outputs.ts';
import { entriesIn, type PartitionState } from '../engine/state/partition-state.ts';
import { compareRows, type Row } from '../test/verify/compare.ts';
import { requireEqual } from './equality.ts';
import { DeltaMeter, MeteredBlobStore, MeteredLogStore } from './metered-stores.ts';
import { NaiveDesign } from './naive.ts';
import { freshProcessor } from './processor.ts';
import { readings, readingsOf, SHARD } from './readings.ts';
import { MeteredResultTable } from './sinks.ts';

export interface WriteUnitsSettings {
  readonly keys: number;
  readonly batches: number;
}

/** Per 1,000 events, in DynamoDB write units. */
export interface WriteUnits {
  readonly keys: number;
  readonly events: number;
  readonly batchSize: number;
  /** Conditional puts of the log. */
  readonly log: number;
  /** Snapshots, large bodies, and listing them for deletion: each request as 8 write units. */
  readonly objects: number;
  /** Results, newest revision of each firing. */
  readonly resultTable: number;
  /** An item per touched (key, window) and batch, which is its own result. */
  readonly naive: number;
  /** naive / (log + objects): what keeping state costs. */
  readonly stateRatio: number;
  /** naive / (log + objects + resultTable). */
  readonly ratio: number;
  readonly snapshots: number;
  /** Compressed, per changed key and window [bytes]. */
  readonly deltaBytesPerPane: number;
  /** Compressed, per open key and window, over all snapshots [bytes]. */
  readonly snapshotBytesPerPane: number;
}

const BATCH_SIZE = 1_000;
/** What one shard takes at most. */
const PER_SECOND = 1_000;

/** What state costs on one full shard, with everything that is charged. */
export async function measureWriteUnits({ keys, batches }: WriteUnitsSettings): Promise<WriteUnits> {
  const { topology } = readings;
  const deltas = new DeltaMeter(topology);
  const stores = { logs: new MeteredLogStore(deltas), blobs: new MeteredBlobStore(deltas) };
  const table = new MeteredResultTable();
  const processor = freshProcessor(topology, stores, table);
  const naive = new NaiveDesign(topology.results.windowMs as number);
  let snapshotPanes = 0;
  for (let batch = 0; batch < batches; batch++) {
    const records = [...readingsOf({ keys, perSecond: PER_SECOND, order: 'random' }, batch * BATCH_SIZE, BATCH_SIZE)];
    const before = {
      snapshots: stores.blobs.snapshotPuts,
      panes: await processor.logs.use(SHARD, async ({ state }) => entriesIn(state)),
    };
    await processBatch(processor, { partition: SHARD, records });
    if (stores.blobs.snapshotPuts > before.snapshots) snapshotPanes += before.panes;
    naive.process(records);
  }
  const actual = await processor.logs.use(SHARD, async ({ state }) => [...allRows(topology, table, state)]);
  requireEqual(
    compareRows(`aggregates of ${keys} keys`, ({ id }) => String(id), { expected: [...naive.rows()], actual }),
  );

  const events = batches * BATCH_SIZE;
  const perThousand = (units: number): number => units / (events / 1_000);
  const state = stores.logs.writeUnits + stores.blobs.writeUnits;
  return {
    keys,
    events,
    batchSize: BATCH_SIZE,
    log: perThousand(stores.logs.writeUnits),
    objects: perThousand(stores.blobs.writeUnits),
    resultTable: perThousand(table.writeUnits),
    naive: perThousand(naive.writeUnits),
    stateRatio: naive.writeUnits / state,
    ratio: naive.writeUnits / (state + table.writeUnits),
    snapshots: stores.blobs.snapshotPuts,
    deltaBytesPerPane: deltas.bytes / deltas.panes,
    snapshotBytesPerPane: stores.blobs.snapshotBytes / snapshotPanes,
  };
}

/** What was delivered, and over it what is still open: every window once. */
function allRows(topology: Topology, table: MeteredResultTable, state: PartitionState): Iterable<Row> {
  const rows = new Map<string, Row>([...table.rows].map(([id, { values }]) => [id, { id, ...values }]));
  const { outbox } = stepTick(topology, state, { watermarkMs: MAX_EVENT_TIME_MS, processingTimeMs: undefined }) ?? {
    outbox: EMPTY_OUTBOX,
  };
  for (const { key, windowStartMs, values } of outbox.results) {
    const id = `${windowStartMs}/${key}`;
    rows.set(id, { id, ...values });
  }
  return rows.values();
}
