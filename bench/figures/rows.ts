import type { PeersCost } from '../peers/measure.ts';
import { WRITE_UNITS } from '../goals.ts';
import type { BenchResult } from '../report.ts';
import type { Figure } from '../rounds.ts';
import { whole } from '../table.ts';

/** A figure of the page, as text. */
export interface FigureRow {
  readonly what: string;
  readonly goal: string;
  readonly median: string;
  /** Smallest and largest of the rounds; empty where there is one figure only. */
  readonly rounds: string;
}

/** What `npm run bench` says, of which the page speaks. */
export function rowsOfBench(result: BenchResult): FigureRow[] {
  const { throughput, aggregates, windows, openWindows, openSessions, writeUnits, recovery, snapshots, exchange } =
    result;
  return [
    rowOf('engine, event to commit, records/s in one thread', throughput.engine, whole),
    rowOf('engine / bare `JSON.parse` over base64', throughput.ratio, decimals(3), 'at least 0.8'),
    ...result.otherRecords.kinds.map(({ kind, ratio }) => rowOf(`engine / bare, ${kind}`, ratio, decimals(3))),
    rowOf('time with steps that can be stopped / without', throughput.guardedRatio, decimals(2)),
    rowOf(`the same in batches of ${whole(throughput.largeBatchSize)}`, throughput.guardedLargeRatio, decimals(2)),
    rowOf('records/s from a topic / from a stream', throughput.kafkaRatio, decimals(2)),
    ...Object.entries(throughput.stages).map(([stage, share]) =>
      rowOf(`share of ${stage}, %`, scaled(share, 100), decimals(1)),
    ),
    ...aggregates.sets.map((set) => rowOf(`${set.aggregates} aggregates, by one`, set.ratio, decimals(2))),
    ...windows.kinds.map(({ kind, ratio }) => rowOf(`${kind} windows, by tumbling`, ratio, decimals(2))),
    rowOf(
      `a record with ${whole(openWindows.windows)} open windows / with one`,
      openWindows.growth,
      decimals(2),
      'below 1.5',
    ),
    ...openSessions.loads.map(({ name, ratio }) => rowOf(`open sessions: ${name}, by the first`, ratio, decimals(2))),
    ...writeUnits.flatMap(({ keys, log, objects, naive, resultTable }) => [
      single(`write units of state per 1,000 events, ${whole(keys)} keys`, (log + objects).toFixed(2), goalOf(keys)),
      single(`  an item per touched key and window instead, ${whole(keys)} keys`, naive.toFixed(1)),
      single(`  result table, on top of either, ${whole(keys)} keys`, resultTable.toFixed(2)),
    ]),
    rowOf(`recovery of ${whole(recovery.keys)} keys, ms`, recovery.recoveryMs, whole),
    rowOf('  by `JSON.parse` of the same', recovery.recoveryRatio, decimals(2)),
    rowOf(`longest batch with ${whole(snapshots.keys)} keys, ms`, snapshots.longestMs, decimals(1), '50 for 1,000,000'),
    rowOf(
      `first batch of a cold function with ${whole(snapshots.keys)} keys, ms`,
      snapshots.coldMs,
      whole,
      '500 for 1,000,000',
    ),
    rowOf(
      `time with ${whole(snapshots.keys)} keys / with ${whole(snapshots.fewKeys)}`,
      snapshots.growth,
      decimals(2),
      'below 1.5',
    ),
    ...result.resultTable.kinds.map(({ kind, batched }) =>
      rowOf(`a row of the result table, ${kind}, µs`, batched, decimals(1)),
    ),
    rowOf('a record that crosses an exchange / one that stays', exchange.crossing.ratio, decimals(2), 'at most 1.6'),
  ];
}

/** What `npm run bench:peers` says. */
export function rowsOfPeers(cost: PeersCost): FigureRow[] {
  return [
    rowOf('bare `JSON.parse` over base64, µs of processor a record', cost.bare, decimals(2)),
    rowOf('engine, event to commit, µs', cost.engine, decimals(2)),
    rowOf('engine as deployed (steps can be stopped), µs', cost.guarded, decimals(2)),
    rowOf('Flink, µs', cost.flink, decimals(2)),
    rowOf('Flink with object reuse, µs', cost.flinkReuse, decimals(2)),
    rowOf('DuckDB, one thread, µs', cost.duckdb, decimals(2)),
    rowOf('engine / Flink', cost.engineByFlink, decimals(2), 'at least 1.0'),
    rowOf('engine / Flink with object reuse', cost.engineByFlinkReuse, decimals(2), 'at least 1.0'),
    rowOf('engine / DuckDB', cost.engineByDuckdb, decimals(2)),
  ];
}

const decimals =
  (digits: number) =>
  (value: number): string =>
    value.toFixed(digits);

const scaled = ({ median, least, most }: Figure, by: number): Figure => ({
  median: median * by,
  least: least * by,
  most: most * by,
});

function rowOf(what: string, { median, least, most }: Figure, show: (value: number) => string, goal = ''): FigureRow {
  return { what, goal, median: show(median), rounds: `${show(least)} – ${show(most)}` };
}

const single = (what: string, median: string, goal = ''): FigureRow => ({ what, goal, median, rounds: '' });

function goalOf(keys: number): string {
  const goal = WRITE_UNITS[keys];
  return goal === undefined ? '' : `at most ${goal.toFixed(1)}`;
}
