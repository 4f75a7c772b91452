import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { readJson, writeJson, type JsonValue } from './json-value.ts';

/** A value with its place: the smallest rank is best, then the earliest time, then what came first. */
export interface Ranked {
  readonly rank: number;
  readonly timeMs: number;
  readonly value: JsonValue;
}

/** The best so far, best first. */
export type Ranking = readonly Ranked[];

/** Adds one; at most `limit` stay. Only among those of one rank and time does it matter which came first. */
export function addRanked(ranking: Ranking, one: Ranked, limit: number): Ranking {
  let place = ranking.length;
  while (place > 0 && isBefore(one, ranking[place - 1] as Ranked)) place--;
  if (place >= limit) return ranking;
  const kept = ranking.length < limit ? ranking.slice() : ranking.slice(0, -1);
  kept.splice(place, 0, one);
  return kept;
}

/** The best of both; of equals those of `a` come first. */
export function mergeRankings(a: Ranking, b: Ranking, limit: number): Ranking {
  if (a.length === 0 || b.length === 0) return b.length === 0 ? a : b;
  const merged: Ranked[] = [];
  for (let i = 0, j = 0; merged.length < limit && (i < a.length || j < b.length);) {
    const fromB = i === a.length || (j < b.length && isBefore(b[j] as Ranked, a[i] as Ranked));
    merged.push((fromB ? b[j++] : a[i++]) as Ranked);
  }
  return merged;
}

export function writeRanking(writer: ByteWriter, ranking: Ranking): void {
  writer.varint(ranking.length);
  for (const { rank, timeMs, value } of ranking) {
    writer.number(rank);
    writer.number(timeMs);
    writeJson(writer, value);
  }
}

export function readRanking(reader: ByteReader): Ranking {
  return Array.from({ length: reader.varint() }, () => ({
    rank: reader.definedNumber(),
    timeMs: reader.definedNumber(),
    value: readJson(reader),
  }));
}

function isBefore(one: Ranked, other: Ranked): boolean {
  return one.rank !== other.rank ? one.rank < other.rank : one.timeMs < other.timeMs;
}
