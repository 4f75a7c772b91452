import type { Figure } from '../rounds.ts';
import { row, tableOf, whole } from '../table.ts';
import type { PeersCost } from './measure.ts';

/** What makes the figures of the peers no more than comparable. */
export const NOT_THE_SAME: readonly string[] = [
  'Flink and DuckDB read bytes; the engine decodes base64 out of an event of 1,000 records, as Lambda brings it',
  'Flink hands each record to its window through a local exchange (keyBy); one shard of Tidemark has no such step',
  'Flink writes a checkpoint to disk every second; Tidemark commits and compresses a log entry per batch, to stores in memory',
  'Tidemark numbers the firings of a window and keeps undelivered results in its log; Flink has a sink that only counts',
  'DuckDB computes once over a whole file: it keeps no state and goes on with nothing',
  'the start of the JVM, of the job and of its cluster are left out, and so is its end; the rounds before the first that counts warm up',
];

interface Line {
  readonly what: string;
  readonly goal?: string;
  readonly figure: Figure;
  readonly digits: number;
}

/** All of it for people. */
export function peersText(cost: PeersCost): string {
  const lines: readonly Line[] = [
    { what: 'bare JSON.parse over base64', figure: cost.bare, digits: 2 },
    { what: 'Tidemark, event to commit', figure: cost.engine, digits: 2 },
    { what: '  as deployed: steps can be stopped', figure: cost.guarded, digits: 2 },
    { what: 'Flink', figure: cost.flink, digits: 2 },
    { what: '  with object reuse', figure: cost.flinkReuse, digits: 2 },
    { what: 'DuckDB, one thread', figure: cost.duckdb, digits: 2 },
    { what: 'engine / Flink', goal: 'at least 1.0', figure: cost.engineByFlink, digits: 3 },
    { what: '  with object reuse', goal: 'at least 1.0', figure: cost.engineByFlinkReuse, digits: 3 },
    { what: '  and the engine as deployed', figure: cost.guardedByFlinkReuse, digits: 3 },
    { what: 'engine / DuckDB', figure: cost.engineByDuckdb, digits: 3 },
    { what: 'engine / bare', figure: cost.engineByBare, digits: 3 },
    { what: "Flink's checkpoints, per second", figure: cost.checkpointsPerSecond, digits: 1 },
  ];
  const table = tableOf(['µs of processor time per record, and ratios', 'goal', 'median', 'rounds']);
  for (const { what, goal = '', figure, digits } of lines) {
    const [name = '', median = '', rounds = ''] = row(what, figure, (value) => value.toFixed(digits));
    table.push([name, goal, median, rounds]);
  }
  const { flink, duckdb, node } = cost.versions;
  return [
    `Peers: ${whole(cost.records)} real flights in ${whole(cost.windows)} windows, all equal; ${cost.rounds} rounds in turn`,
    `Machine: ${cost.machine}; ${flink}, DuckDB ${duckdb}, Node ${node}`,
    table.toString(),
    'A ratio above 1 means that the engine takes less. Not the same:',
    ...NOT_THE_SAME.map((what) => `- ${what}`),
  ].join('\n');
}
