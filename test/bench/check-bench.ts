/** `npm run test:bench`: a short run of the benchmarks finds every result right, and gives a figure for all that they measure. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { reportOf, type BenchResult } from '../../bench/report.ts';

const program = join(import.meta.dirname, '../../bench/run.ts');
const output = execFileSync(process.execPath, ['--expose-gc', program, '--quick', '--json'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const result = JSON.parse(output) as BenchResult;
process.stdout.write(`${reportOf(result)}\n`);

const {
  throughput,
  aggregates,
  openSessions,
  openWindows,
  otherRecords,
  stateOperations,
  writeUnits,
  recovery,
  snapshots,
  imports,
  resultTable,
  exchange,
} = result;
const { ratio, kafkaRatio, guardedRatio, guardedLargeRatio, stages } = throughput;
assert.deepEqual(
  otherRecords.kinds.map(({ kind }) => kind),
  ['500 bytes', '900 bytes', 'any zod schema'],
);
for (const kind of otherRecords.kinds) assertAboveZero(kind.ratio.least);
assertAboveZero(openWindows.growth.least, openWindows.one.least);
assertAboveZero(ratio.median, kafkaRatio.median, guardedRatio.median, guardedLargeRatio.median);
assert.ok(Object.values(stages).reduce((sum, { median }) => sum + median, 0) > 0.5);
assert.deepEqual(
  aggregates.sets.map((set) => set.aggregates),
  [1, 5, 20],
);
assert.equal(aggregates.sets[0]?.ratio.median, 1);
assert.deepEqual(
  stateOperations.costs.map(({ entries }) => entries),
  [100, 1_000, 9_000, 100, 1_000, 9_000, 100, 1_000, 9_000],
);
assert.deepEqual(
  openSessions.loads.map(({ name }) => name),
  ['1,000 keys, one each', '1 key, 1,000', '8,000 keys, one each', '1 key, 8,000'],
);
for (const costs of [...aggregates.sets, ...stateOperations.costs, ...openSessions.loads])
  assertAboveZero(costs.microseconds.least, costs.ratio.least);
assert.deepEqual(
  writeUnits.map(({ keys }) => keys),
  [10, 1_000],
);
for (const { log, objects, naive, deltaBytesPerPane, snapshotBytesPerPane } of writeUnits)
  assertAboveZero(log, objects, naive, deltaBytesPerPane, snapshotBytesPerPane);
assert.deepEqual([recovery.keys, recovery.deltas], [20_000, 32]);
assertAboveZero(recovery.heapBytesPerKey?.median ?? 0);
assertAboveZero(snapshots.longestMs.least, snapshots.coldMs.least, snapshots.growth.least);
for (const { least } of Object.values(imports)) assertAboveZero(least);
assert.deepEqual(
  resultTable.kinds.map(({ kind }) => kind),
  ['first firing', 'later firing', 'repeat'],
);
for (const { batched, oneByOne, ratio } of resultTable.kinds)
  assertAboveZero(batched.least, oneByOne.least, ratio.least);
assert.deepEqual(
  exchange.costs.map(({ paceMs, crossing }) => [paceMs, crossing]),
  [
    [1_000, 'combined'],
    [0, 'combined'],
    [1_000, 'each row'],
    [0, 'each row'],
  ],
);
const [combined, , eachRow] = exchange.costs;
assert.ok((combined?.rowBytes ?? Infinity) < (eachRow?.rowBytes ?? 0), 'combined rows must take less bytes');
for (const { ofExchange, queueRequests, usd } of exchange.costs)
  assertAboveZero(ofExchange.writeUnits, ofExchange.readUnits, queueRequests, usd);
assertAboveZero(exchange.crossing.ratio.median, exchange.latency.addedMs.median, exchange.manySenders.positionsBytes);

function assertAboveZero(...figures: readonly number[]): void {
  for (const figure of figures) assert.ok(figure > 0, `figure must be above 0, got ${figure}`);
}
