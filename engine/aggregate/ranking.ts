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

/** Whether `one` is better than another one of the same rank; false both ways: what came first is. */
export type Precedence = (one: Ranked, other: Ranked) => boolean;

export const byTime: Precedence = (one, other) => one.timeMs < other.timeMs;

/** By their values, whose fields stand in the order of their names, one field after the other; of one value by time. */
export const bySmallerValue: Precedence = (one, other) => {
  const order = compareJson(one.value, other.value);
  return order === 0 ? byTime(one, other) : order < 0;
};

/** Adds one; at most `limit` stay. Only among those of one rank and time does it matter which came first. */
export function addRanked(ranking: Ranking, one: Ranked, limit: number, precedes: Precedence): Ranking {
  let place = ranking.length;
  while (place > 0 && isBefore(one, ranking[place - 1] as Ranked, precedes)) place--;
  if (place >= limit) return ranking;
  const kept = ranking.length < limit ? ranking.slice() : ranking.slice(0, -1);
  kept.splice(place, 0, one);
  return kept;
}

/** The best of both; of equals those of `a` come first. */
export function mergeRankings(a: Ranking, b: Ranking, limit: number, precedes: Precedence): Ranking {
  if (a.length === 0 || b.length === 0) return b.length === 0 ? a : b;
  const merged: Ranked[] = [];
  for (let i = 0, j = 0; merged.length < limit && (i < a.length || j < b.length);) {
    const fromB = i === a.length || (j < b.length && isBefore(b[j] as Ranked, a[i] as Ranked, precedes));
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

function isBefore(one: Ranked, other: Ranked, precedes: Precedence): boolean {
  return one.rank !== other.rank ? one.rank < other.rank : precedes(one, other);
}

/** A total order of JSON: null, false, true, numbers, texts, lists, objects; those of one kind by what is in them. */
function compareJson(a: JsonValue, b: JsonValue): number {
  const kind = kindOf(a) - kindOf(b);
  if (kind !== 0) return kind;
  if (typeof a === 'number' || typeof a === 'string') return a === b ? 0 : a < (b as typeof a) ? -1 : 1;
  if (typeof a !== 'object' || a === null) return 0;
  const [one, other] = [Object.entries(a), Object.entries(b as object)];
  for (const [i, [name, value]] of one.entries()) {
    const [otherName, otherValue] = other[i] ?? [];
    if (otherName === undefined) return 1;
    if (name !== otherName) return name < otherName ? -1 : 1;
    const order = compareJson(value as JsonValue, otherValue as JsonValue);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

function kindOf(value: JsonValue): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return value ? 2 : 1;
  if (typeof value === 'number') return 3;
  if (typeof value === 'string') return 4;
  return Array.isArray(value) ? 5 : 6;
}
