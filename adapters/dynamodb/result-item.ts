import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../engine/errors.ts';
import type { StoredResult } from '../../engine/outputs.ts';
import type { JsonValue } from '../../engine/value/plain-value.ts';
import { fromAttributeMap, toAttributeMap } from './attribute-value.ts';

type Item = Record<string, AttributeValue>;

/**
 * A result as an item: hash key `key`, range key `windowStartMs`, or `sequence` in a pipeline whose results have no window of
 * their own.
 *
 * @example
 * { key: { S: 'ATL' }, windowStartMs: { N: '0' }, windowEndMs: { N: '10' }, revision: { N: '1' },
 *   logEpochMs: { N: '1700000000000' }, values: { M: { departures: { N: '12' } } } }
 */
export function toResultItem(row: StoredResult): Item {
  return {
    key: { S: row.key },
    windowStartMs: { N: String(row.windowStartMs) },
    windowEndMs: { N: String(row.windowEndMs) },
    revision: { N: String(row.revision) },
    ...(row.logEpochMs === undefined ? {} : { logEpochMs: { N: String(row.logEpochMs) } }),
    ...(row.sequence === undefined ? {} : { sequence: { N: String(row.sequence) } }),
    ...(row.retracted === true ? { retracted: { BOOL: true } } : {}),
    values: { M: toAttributeMap(row.values as Readonly<Record<string, JsonValue>>) },
  };
}

/** @throws RESULTS_CORRUPT (internal) when it is not an item that toResultItem wrote */
export function fromResultItem(item: Item): StoredResult {
  const { key, windowStartMs, windowEndMs, revision, logEpochMs, sequence, retracted, values } = item;
  if (
    key?.S === undefined ||
    windowStartMs?.N === undefined ||
    windowEndMs?.N === undefined ||
    revision?.N === undefined ||
    values?.M === undefined
  ) {
    throw new TidemarkError(
      'internal',
      'RESULTS_CORRUPT',
      `a result must have key, windowStartMs, windowEndMs, revision and values, got ${JSON.stringify(Object.keys(item))}; the table holds an item that Tidemark did not write`,
    );
  }
  return {
    key: key.S,
    windowStartMs: Number(windowStartMs.N),
    windowEndMs: Number(windowEndMs.N),
    revision: Number(revision.N),
    ...(logEpochMs?.N === undefined ? {} : { logEpochMs: Number(logEpochMs.N) }),
    ...(sequence?.N === undefined ? {} : { sequence: Number(sequence.N) }),
    ...(retracted?.BOOL === true ? { retracted: true as const } : {}),
    values: fromAttributeMap(values.M),
  };
}
