/** The accumulators of aggregates that keep values of records. */
import { requireSetting } from '../errors.ts';
import type { Aggregator } from './aggregate.ts';
import type { JsonValue } from './json-value.ts';
import {
  addRanked,
  byTime,
  mergeRankings,
  readRanking,
  writeRanking,
  type Precedence,
  type Ranked,
  type Ranking,
} from './ranking.ts';
import { MAX_ROW_BYTES } from '../value/limits.ts';

/** What was collected; `dropped` is how many more there were. */
export interface Collected<T> {
  readonly items: readonly T[];
  readonly dropped: number;
}

/** The values of the best `limit`, best first. @param isBefore which of two of the same rank is better */
export function keepingBest(
  limit: number,
  maxBytes: number,
  isBefore: Precedence = byTime,
): Aggregator<Ranked, Ranking, readonly JsonValue[]> {
  return {
    resultType: 'json',
    maxResultBytes: listBytes(limit, maxBytes),
    init: () => [],
    add: (ranking, one) => addRanked(ranking, one, limit, isBefore),
    merge: (a, b) => mergeRankings(a, b, limit, isBefore),
    result: (ranking) => ranking.map(({ value }) => value),
    write: writeRanking,
    read: readRanking,
  };
}

/** The value of the best. */
export function keepingOne(maxBytes: number): Aggregator<Ranked, Ranking, JsonValue | undefined> {
  return { ...keepingBest(1, maxBytes), maxResultBytes: maxBytes, result: ([best]) => best?.value };
}

/** The value of the latest; of equals, what came last. */
export function keepingLatest(maxBytes: number): Aggregator<Ranked, Ranking, JsonValue | undefined> {
  const later = (a: Ranking, b: Ranking): Ranking =>
    b[0] === undefined || (a[0] !== undefined && a[0].timeMs > b[0].timeMs) ? a : b;
  return { ...keepingOne(maxBytes), add: (latest, one) => later(latest, [one]), merge: later };
}

interface Counted {
  readonly kept: Ranking;
  readonly total: number;
}

/** The values of the best `limit`, and how many others there were. */
export function keepingCounted(limit: number, maxBytes: number): Aggregator<Ranked, Counted, Collected<JsonValue>> {
  const best = keepingBest(limit, maxBytes);
  return {
    resultType: 'json',
    maxResultBytes: listBytes(limit, maxBytes) + 50,
    init: () => ({ kept: [], total: 0 }),
    add: ({ kept, total }, one) => ({ kept: best.add(kept, one), total: total + 1 }),
    merge: (a, b) => ({ kept: best.merge(a.kept, b.kept), total: a.total + b.total }),
    result: ({ kept, total }) => ({ items: best.result(kept), dropped: total - kept.length }),
    write: (writer, { kept, total }) => {
      writer.varint(total);
      writeRanking(writer, kept);
    },
    read: (reader) => ({ total: reader.varint(), kept: readRanking(reader) }),
  };
}

/** @throws INVALID_SETTING when so many values of that size do not fit a row */
export function requireFits(name: string, limit: number, maxBytes: number): void {
  const most = Math.floor(MAX_ROW_BYTES / (maxBytes + 1)) - 1;
  requireSetting(
    name,
    limit,
    Number.isSafeInteger(limit) && limit >= 1 && limit <= most,
    `an integer in [1, ${most}] with values of up to ${maxBytes} bytes`,
    'a row of the table holds no more; set maxBytes lower',
  );
}

const listBytes = (limit: number, maxBytes: number): number => limit * (maxBytes + 1) + 3;
