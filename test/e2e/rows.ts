import { expect } from '@jest/globals';
import { tidemark } from './command.ts';

/** A line of `tidemark results flights --json`. */
export interface Row {
  readonly key: string;
  readonly windowStartMs: number;
  readonly departures: number;
}

export function rowsOf(dataDir: string): Row[] {
  return tidemark('results', 'flights', '--data-dir', dataDir, '--json')
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

/**
 * Holds the results of a stream that was resharded against those of a calm run over one shard: each window once, and
 * none has other flights than those that one of the two runs found late, as time goes on per shard.
 */
export function checkRows(rows: readonly Row[], results: number, late: number, records: number, calmDir: string): void {
  expect(rows).toHaveLength(results);
  const idOf = ({ key, windowStartMs }: Row): string => `${key}/${windowStartMs}`;
  expect(new Set(rows.map(idOf)).size).toBe(rows.length);
  const calmRun = tidemark(
    'local',
    'flights',
    '--records',
    String(records),
    '--data-dir',
    calmDir,
    '--shards',
    '1',
    '--exit',
    '--json',
  );
  expect(JSON.parse(calmRun.stdout).recordsIn).toBe(records);
  const calm = new Map(rowsOf(calmDir).map((row) => [idOf(row), row]));
  const shared = rows.filter((row) => calm.has(idOf(row)));
  expect(shared.length).toBeGreaterThan(500);
  const departures = (list: readonly Row[]) => list.reduce((sum, row) => sum + row.departures, 0);
  const inCalm = shared.map((row) => calm.get(idOf(row)) as Row);
  expect(Math.abs(departures(shared) - departures(inCalm))).toBeLessThanOrEqual(late + JSON.parse(calmRun.stdout).late);
}
