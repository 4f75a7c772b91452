/**
 * `npm run bench [-- --quick --json]`: what the engine costs. Every figure comes after a check that the results are right;
 * none is asserted. Ratios are between things measured in turn in this process, so they hold on other machines too.
 */
import { parseArgs } from 'node:util';
import { measureAggregates, type AggregatesSettings } from './aggregates.ts';
import { measureExchange, type ExchangeSettings } from './exchange/measure.ts';
import { measureImports, type ImportsSettings } from './imports.ts';
import { measureOpenSessions, type OpenSessionsSettings } from './open-sessions.ts';
import { measureOpenWindows, type OpenWindowsSettings } from './open-windows.ts';
import { measureOtherRecords } from './other-records.ts';
import { measureRecovery, type RecoverySettings } from './recovery.ts';
import { reportOf, type BenchResult } from './report.ts';
import { measureResultTable, type ResultTableSettings } from './result-table.ts';
import { measureSnapshots, type SnapshotsSettings } from './snapshots.ts';
import { measureStateOperations, type StateOperationsSettings } from './state-operations.ts';
import { measureThroughput, type ThroughputSettings } from './throughput.ts';
import { measureWindows, type WindowsSettings } from './windows.ts';
import { measureWriteUnits, type WriteUnits, type WriteUnitsSettings } from './write-units.ts';

interface BenchSettings {
  readonly throughput: ThroughputSettings;
  readonly otherRecords: ThroughputSettings;
  readonly aggregates: AggregatesSettings;
  readonly windows: WindowsSettings;
  readonly stateOperations: StateOperationsSettings;
  readonly openSessions: OpenSessionsSettings;
  readonly openWindows: OpenWindowsSettings;
  readonly writeUnits: readonly WriteUnitsSettings[];
  readonly recovery: RecoverySettings;
  readonly resultTable: ResultTableSettings;
  readonly snapshots: SnapshotsSettings;
  readonly imports: ImportsSettings;
  readonly exchange: ExchangeSettings;
}

/** 640 batches: the ring goes round ten times, and two windows fire. */
const FULL: BenchSettings = {
  throughput: { records: 100_000, rounds: 9 },
  otherRecords: { records: 50_000, rounds: 9 },
  aggregates: { records: 50_000, rounds: 9 },
  windows: { records: 50_000, rounds: 5 },
  stateOperations: { operations: 1_000, rounds: 9 },
  openSessions: { records: 50_000, rounds: 5 },
  openWindows: { windows: 100_000, records: 100_000, rounds: 5 },
  writeUnits: [10, 1_000, 10_000, 100_000].map((keys) => ({ keys, batches: 640 })),
  recovery: { keys: 1_000_000, rounds: 3 },
  resultTable: { rows: 500, rounds: 5 },
  snapshots: { keys: 1_000_000, fewKeys: 10_000, rounds: 5 },
  imports: { rounds: 9 },
  exchange: {
    crossing: { records: 100_000, rounds: 9 },
    // The ring of each shard has gone round before the last second.
    cost: { records: 600_000, batchSize: 1_000 },
    latency: { records: 100_000 },
    manySenders: { senders: 500, rounds: 9 },
  },
};
const QUICK: BenchSettings = {
  throughput: { records: 10_000, rounds: 3 },
  otherRecords: { records: 4_000, rounds: 3 },
  aggregates: { records: 4_000, rounds: 3 },
  windows: { records: 20_000, rounds: 3 },
  stateOperations: { operations: 500, rounds: 3 },
  openSessions: { records: 4_000, rounds: 3 },
  openWindows: { windows: 20_000, records: 4_000, rounds: 3 },
  writeUnits: [10, 1_000].map((keys) => ({ keys, batches: 80 })),
  recovery: { keys: 20_000, rounds: 3 },
  resultTable: { rows: 200, rounds: 3 },
  snapshots: { keys: 20_000, fewKeys: 2_000, rounds: 2 },
  imports: { rounds: 1 },
  exchange: {
    crossing: { records: 20_000, rounds: 3 },
    cost: { records: 20_000, batchSize: 1_000 },
    latency: { records: 20_000 },
    manySenders: { senders: 500, rounds: 1 },
  },
};

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const settings = values.quick ? QUICK : FULL;

note('throughput');
const throughput = await measureThroughput(settings.throughput);
note('other records');
const otherRecords = await measureOtherRecords(settings.otherRecords);
note('aggregates');
const aggregates = await measureAggregates(settings.aggregates);
note('windows');
const windows = await measureWindows(settings.windows);
note('operations on state');
const stateOperations = await measureStateOperations(settings.stateOperations);
note('open sessions');
const openSessions = await measureOpenSessions(settings.openSessions);
note('open windows');
const openWindows = await measureOpenWindows(settings.openWindows);
const writeUnits: WriteUnits[] = [];
for (const load of settings.writeUnits) {
  note(`write units, ${load.keys} keys`);
  writeUnits.push(await measureWriteUnits(load));
}
note(`recovery, ${settings.recovery.keys} keys`);
const recovery = await measureRecovery(settings.recovery);
note('result table');
const resultTable = await measureResultTable(settings.resultTable);
note(`snapshots, ${settings.snapshots.keys} keys`);
const snapshots = await measureSnapshots(settings.snapshots);
note('imports');
const imports = measureImports(settings.imports);
note('exchange');
const exchange = await measureExchange(settings.exchange);
const result: BenchResult = {
  quick: values.quick,
  throughput,
  otherRecords,
  aggregates,
  windows,
  openSessions,
  openWindows,
  stateOperations,
  writeUnits,
  recovery,
  resultTable,
  snapshots,
  imports,
  exchange,
};
process.stdout.write(`${values.json ? JSON.stringify(result) : reportOf(result)}\n`);

function note(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}
