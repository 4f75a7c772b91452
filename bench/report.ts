import { exchangeText } from './exchange/report.ts';
import type { ExchangeFigures } from './exchange/measure.ts';
import type { AggregatesCost } from './aggregates.ts';
import { goalsText } from './goals.ts';
import type { Imports } from './imports.ts';
import type { OpenSessionsCost } from './open-sessions.ts';
import type { OpenWindowsCost } from './open-windows.ts';
import type { OtherRecords } from './other-records.ts';
import type { Recovery } from './recovery.ts';
import { resultTableText } from './result-table-report.ts';
import type { ResultTableCost } from './result-table.ts';
import type { Figure } from './rounds.ts';
import { percent, row, tableOf, whole } from './table.ts';
import type { SnapshotsCost } from './snapshots.ts';
import type { StateOperationsCost } from './state-operations.ts';
import type { Throughput } from './throughput.ts';
import type { WindowsCost } from './windows.ts';
import type { WriteUnits } from './write-units.ts';

export interface BenchResult {
  readonly quick: boolean;
  readonly throughput: Throughput;
  readonly otherRecords: OtherRecords;
  readonly aggregates: AggregatesCost;
  readonly windows: WindowsCost;
  readonly stateOperations: StateOperationsCost;
  readonly openSessions: OpenSessionsCost;
  readonly openWindows: OpenWindowsCost;
  readonly writeUnits: readonly WriteUnits[];
  readonly recovery: Recovery;
  readonly resultTable: ResultTableCost;
  readonly snapshots: SnapshotsCost;
  readonly imports: Imports;
  readonly exchange: ExchangeFigures;
}

/** All of it for people. */
export function reportOf({
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
}: BenchResult): string {
  const windowed = [windowsText(windows), openSessionsText(openSessions), stateOperationsText(stateOperations)];
  return [
    throughputText(throughput),
    aggregatesText(aggregates),
    ...windowed,
    writeUnitsText(writeUnits),
    recoveryText(recovery),
    resultTableText(resultTable),
    snapshotsText(snapshots),
    importsText(imports),
    exchangeText(exchange),
    goalsText({ throughput, otherRecords, openWindows, imports, exchange, writeUnits }),
  ].join('\n\n');
}

function throughputText(throughput: Throughput): string {
  const { records, batchSize, largeBatchSize, bare, engine, ratio, kafka, kafkaRatio, kafkaByBare, stages } =
    throughput;
  const { guardedRatio, guardedLargeRatio } = throughput;
  const table = tableOf(['', 'median', 'rounds']);
  table.push(row('bare JSON.parse over base64, records/s', bare, whole));
  table.push(row('engine, event to commit, records/s', engine, whole));
  table.push(row('engine / bare', ratio, (value) => value.toFixed(3)));
  table.push(row('  with steps that can be stopped / without', guardedRatio, (value) => value.toFixed(3)));
  table.push(row(`  the same in batches of ${whole(largeBatchSize)}`, guardedLargeRatio, (value) => value.toFixed(3)));
  table.push(row('from a topic, event to commits, records/s', kafka, whole));
  table.push(row('  topic / stream', kafkaRatio, (value) => value.toFixed(3)));
  table.push(row('  topic / bare', kafkaByBare, (value) => value.toFixed(3)));
  for (const [stage, share] of Object.entries(stages)) table.push(row(`  share of ${stage}`, share, percent));
  return [
    `Throughput: ${whole(records)} real flights on 4 shards, batches of ${whole(batchSize)}, one thread`,
    table.toString(),
  ].join('\n');
}

function aggregatesText({ records, keys, sets }: AggregatesCost): string {
  const table = tableOf(['aggregates', 'µs per record', 'rounds', 'by one', 'rounds']);
  for (const { aggregates, microseconds, ratio } of sets) {
    const [, cost, costs] = row('', microseconds, (value) => value.toFixed(1));
    const [, times, all] = row('', ratio, (value) => value.toFixed(2));
    table.push([aggregates, cost, costs, times, all]);
  }
  return [
    `Aggregates: ${whole(records)} readings of ${keys} devices, event to stored commit; one count, five simple ones, one of each kind`,
    table.toString(),
  ].join('\n');
}

function windowsText({ records, keys, perSecond, kinds }: WindowsCost): string {
  const table = tableOf(['windows', 'µs per record', 'rounds', 'by tumbling', 'rounds', 'results per record']);
  for (const { kind, microseconds, ratio, resultsPerRecord } of kinds) {
    const [, cost, costs] = row('', microseconds, (value) => value.toFixed(1));
    const [, times, all] = row('', ratio, (value) => value.toFixed(2));
    table.push([kind, cost, costs, times, all, resultsPerRecord.toFixed(3)]);
  }
  return [
    `Windows: ${whole(records)} readings of ${keys} devices, ${whole(perSecond)} a second, event to stored commit; two aggregates`,
    table.toString(),
  ].join('\n');
}

function stateOperationsText({ operations, costs }: StateOperationsCost): string {
  const table = tableOf(['operation', 'entries', 'µs', 'rounds', 'by the fewest', 'rounds']);
  for (const { operation, entries, microseconds, ratio } of costs) {
    const [, cost, all] = row('', microseconds, (value) => value.toFixed(2));
    const [, times, ratios] = row('', ratio, (value) => value.toFixed(2));
    table.push([operation, whole(entries), cost, all, times, ratios]);
  }
  return [
    `State of one key: ${whole(operations)} operations in one step, by the entries that it has already`,
    table.toString(),
  ].join('\n');
}

function openSessionsText({ records, batchSize, loads }: OpenSessionsCost): string {
  const table = tableOf(['open sessions', 'µs per record', 'rounds', 'by the first', 'rounds']);
  for (const { name, microseconds, ratio } of loads) {
    const [, cost, costs] = row('', microseconds, (value) => value.toFixed(1));
    const [, times, all] = row('', ratio, (value) => value.toFixed(2));
    table.push([name, cost, costs, times, all]);
  }
  const title = `Open sessions: ${whole(records)} readings at random sessions, batches of ${whole(batchSize)}, event to stored commit`;
  return [title, table.toString()].join('\n');
}

function writeUnitsText(loads: readonly WriteUnits[]): string {
  const [first] = loads;
  const table = tableOf(['keys on the shard', ...loads.map(({ keys }) => whole(keys))]);
  const line = (name: string, show: (load: WriteUnits) => string): void => void table.push([name, ...loads.map(show)]);
  line('log', ({ log }) => log.toFixed(2));
  line('snapshots and other objects', ({ objects }) => objects.toFixed(2));
  line('state, all in all', ({ log, objects }) => (log + objects).toFixed(2));
  line('result table', ({ resultTable }) => resultTable.toFixed(2));
  line('an item per touched key and window', ({ naive }) => naive.toFixed(2));
  line('  of that / state', ({ stateRatio }) => `${stateRatio.toFixed(1)} times`);
  line('  of that / state and result table', ({ ratio }) => `${ratio.toFixed(1)} times`);
  line('delta, bytes per changed key', ({ deltaBytesPerPane }) => deltaBytesPerPane.toFixed(1));
  line('snapshot, bytes per key', ({ snapshotBytesPerPane }) =>
    Number.isNaN(snapshotBytesPerPane) ? 'none taken' : snapshotBytesPerPane.toFixed(1),
  );
  return [
    `DynamoDB write units per 1,000 events, an S3 PUT or LIST as 8: ${whole(first?.events ?? 0)} events at random keys, 1,000 a second, windows of 5 minutes, batches of ${whole(first?.batchSize ?? 0)}`,
    table.toString(),
  ].join('\n');
}

function recoveryText({
  keys,
  deltas,
  snapshotBytes,
  recoveryMs,
  recoveryRatio,
  snapshotMs,
  snapshotRatio,
  heapBytesPerKey,
}: Recovery): string {
  const table = tableOf(['', 'median', 'rounds']);
  table.push(row('recovery, ms', recoveryMs, whole));
  table.push(row('  by JSON.parse of the same', recoveryRatio, (value) => value.toFixed(2)));
  table.push(row('snapshot, ms', snapshotMs, whole));
  table.push(row('  by JSON.stringify of the same', snapshotRatio, (value) => value.toFixed(2)));
  if (heapBytesPerKey !== undefined) table.push(row('heap, bytes per key', heapBytesPerKey, whole));
  return [
    `Recovery: ${whole(keys)} keys in one shard, from a snapshot of ${whole(snapshotBytes)} bytes and ${deltas} deltas, stores in memory`,
    table.toString(),
  ].join('\n');
}

function importsText({ kinesis, kafka, receive, s3, empty }: Imports): string {
  const table = tableOf(['', 'median', 'rounds']);
  const show = (value: number): string => value.toFixed(1);
  table.push(row('function of a stream, ms', kinesis, show));
  table.push(row('function of a topic, ms', kafka, show));
  table.push(row('function of receivers, ms', receive, show));
  table.push(row('  the client of S3, with the first object, ms', s3, show));
  table.push(row('a module without anything, ms', empty, show));
  return ['Imports: the bundles that are deployed, each in a new process', table.toString()].join('\n');
}

function snapshotsText({ keys, fewKeys, batchSize, longestMs, medianMs, coldMs, growth }: SnapshotsCost): string {
  const table = tableOf(['', 'median', 'rounds', 'goal']);
  const line = (name: string, figure: Figure, show: (value: number) => string, goal: string): void =>
    void table.push([...row(name, figure, show), goal]);
  line('longest batch of a round, ms', longestMs, (value) => value.toFixed(1), 'at most 50 for 1,000,000 keys');
  line('median batch of a round, ms', medianMs, (value) => value.toFixed(1), '');
  line('first batch after a cold start, ms', coldMs, whole, 'at most 500 for 1,000,000 keys');
  line(`time by that with ${whole(fewKeys)} keys`, growth, (value) => value.toFixed(2), 'below 1.5');
  return [
    `Snapshots: ${whole(keys)} keys in one window of one shard, batches of ${whole(batchSize)} at random keys, a snapshot a round, stores in memory`,
    table.toString(),
  ].join('\n');
}
