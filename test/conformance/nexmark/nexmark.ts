/** Nexmark's queries over the bids of RisingWave's tests: against their rows, or against those of DuckDB. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judged, skipped, type CaseReport } from '../scoreboard.ts';
import { GROUPED } from './grouped.ts';
import { MAPPED } from './mapped.ts';
import type { Bid, Query } from './query.ts';
import { referenceOf } from './reference.ts';
import { differencesOfLines, lineOf, rowsOfLife } from './rows.ts';
import { WINDOWED } from './windowed.ts';

export const QUERIES: readonly Query[] = [...MAPPED, ...WINDOWED, ...GROUPED];

const GIVEN = [
  "rows of RisingWave's tests, the last ones of each key",
  'windows are half-open',
  'bids without a partition key on shards that split and merge',
  'of two lives, time waits in one for bids that are out of order, and windows are corrected in the other',
].join('; ');
const COMPUTED = 'rows that DuckDB computes from the same bids';

interface Case {
  readonly name: string;
  readonly needs: readonly string[];
  readonly expected: readonly string[];
}

export async function nexmarkReports(folder: string, lives: number): Promise<CaseReport[]> {
  const textOf = (file: string): string => readFileSync(join(folder, 'nexmark', file), 'utf8');
  const bids = textOf('bid.json')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Bid);
  const { cases } = JSON.parse(textOf('queries.json')) as { readonly cases: readonly Case[] };
  const given = new Map(cases.map(({ name, expected }) => [name, expected.map((row) => lineOf([row]))]));
  const computed = await referenceOf(
    bids,
    QUERIES.filter(({ name }) => !given.has(name)),
  );
  const reports: CaseReport[] = [];
  for (const query of QUERIES) {
    const { name } = query;
    const expected = given.get(name) ?? (computed.get(name) ?? []).map(lineOf);
    const source = given.has(name) ? 'nexmark' : 'nexmark by duckdb';
    const dialect = given.has(name) ? GIVEN : COMPUTED;
    const differences = await differencesOf(query, bids, expected, lives);
    reports.push(judged({ source, name, dialect, compared: expected.length, lives, leftOut: [], differences }));
  }
  const left = cases.filter(({ name }) => QUERIES.every((query) => query.name !== name));
  const skips = left.map(({ name, needs }) => skipped('nexmark', name, GIVEN, `${needs.join(', ')}: not there yet`));
  return [...reports, ...skips].sort((a, b) => Number(a.name.slice(1)) - Number(b.name.slice(1)));
}

async function differencesOf(
  query: Query,
  bids: readonly Bid[],
  expected: readonly string[],
  lives: number,
): Promise<string[]> {
  const differences: string[] = [];
  for (let seed = 0; seed < lives; seed++) {
    const rows = (await rowsOfLife(query, bids, seed)).map(lineOf);
    differences.push(...differencesOfLines(rows, expected).map((text) => `life ${seed}: ${text}`));
  }
  return differences;
}
