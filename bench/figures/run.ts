/**
 * `npm run bench:figures -- [--bench FILE] [--peers FILE]`: writes what `npm run bench -- --json` and
 * `npm run bench:peers -- --json` have said into `docs/performance.json`, and from there into the table of
 * `docs/performance.md`. What no file is given for stays as it was measured before.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PeersCost } from '../peers/measure.ts';
import type { BenchResult } from '../report.ts';
import { whole } from '../table.ts';
import { withFigures, type Measured } from './page.ts';
import { rowsOfBench, rowsOfPeers } from './rows.ts';

const root = join(import.meta.dirname, '../..');
const [FIGURES, PAGE] = ['docs/performance.json', 'docs/performance.md'].map((path) => join(root, path)) as [
  string,
  string,
];

const { values } = parseArgs({ options: { bench: { type: 'string' }, peers: { type: 'string' } } });
const known = JSON.parse(readFileSync(FIGURES, 'utf8')) as Record<'bench' | 'peers', Measured>;
const figures = {
  peers: values.peers === undefined ? known.peers : peersOf(readJson(values.peers) as PeersCost),
  bench: values.bench === undefined ? known.bench : benchOf(readJson(values.bench) as BenchResult),
};
writeFileSync(FIGURES, `${JSON.stringify(figures, null, 2)}\n`);
writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), Object.values(figures)));

function benchOf(result: BenchResult): Measured {
  const command = result.quick ? 'npm run bench -- --quick' : 'npm run bench';
  return {
    command,
    how: `${whole(result.throughput.records)} flights; other loads by the command; ${circumstances()}`,
    rows: rowsOfBench(result),
  };
}

function peersOf(cost: PeersCost): Measured {
  const { records, windows, rounds, machine, versions } = cost;
  const { flink, duckdb, node } = versions;
  return {
    command: 'npm run bench:peers',
    how: `${whole(records)} flights, ${whole(windows)} windows, all equal; ${rounds} rounds; ${machine}; ${flink}, DuckDB ${duckdb}, Node ${node}; ${circumstances()}`,
    rows: rowsOfPeers(cost),
  };
}

/** Which code, when, and how many programs waited for a processor just now. */
function circumstances(): string {
  const commit = execFileSync('git', ['rev-parse', '--short=7', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const [, , waiting = 0] = loadavg();
  return `${commit}, ${new Date().toISOString().slice(0, 10)}, ${waiting.toFixed(0)} programs at ${availableParallelism()} processors`;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
