import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readResults } from '../../adapters/dynamodb/read-results.ts';
import { slotKey } from '../../adapters/dynamodb/log-item.ts';
import { ResultTableSink } from '../../adapters/dynamodb/result-table.ts';
import { dayFolder, objectName } from '../../adapters/lake/layout.ts';
import { requireBlobKey } from '../../adapters/shared/blob-key.ts';
import { lakeDay } from '../../engine/lake-day.ts';
import { resultId } from '../../engine/outputs.ts';
import { logIdOf, snapshotKeyOf, spillKeyOf } from '../../engine/partition-log/log-id.ts';
import { collect } from '../support/collect.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../support/test-dynamodb.ts';
import { sampleDelivery, sampleRow, SHARD } from '../support/samples.ts';
import { eventRecord, HostileStream, reading } from './support.ts';

/** Keys that look like other keys joined by one of the delimiters in use. */
const LOOKALIKES = [
  'a',
  'a/1',
  'a#1',
  'a:1',
  'a|1',
  'a\u0000',
  'a\u001f1',
  'a ',
  ' a',
  'A',
  'á',
  'a\u0301',
  '1/a',
  '0-10/1/a',
  '1',
  '01',
  '1.0',
  'flights/results/0-10/1/a',
  '10#a',
];

describe('keys that look like others with a delimiter', () => {
  let dynamodb: TestDynamoDb;
  beforeAll(async () => {
    dynamodb = await startTestDynamoDb();
  });
  afterAll(() => dynamodb.close());

  it('have windows of their own, from the record to the result', async () => {
    const stream = new HostileStream();
    let sequenceNumber = 0;
    for (const key of LOOKALIKES) await stream.invoke(eventRecord(++sequenceNumber, reading(key, 0, sequenceNumber)));
    for (const key of LOOKALIKES) await stream.invoke(eventRecord(++sequenceNumber, reading(key, 200)));
    const { results } = stream.world.sink;
    expect(
      results
        .filter(({ windowStartMs }) => windowStartMs === 0)
        .map(({ key, values }) => [key, values['n'], values['total']])
        .sort(),
    ).toEqual(LOOKALIKES.map((key, i) => [key, 1, i + 1]).sort());
  });

  it('have rows of their own in the result table', async () => {
    const table = await dynamodb.createResultTable();
    const sink = new ResultTableSink({ client: dynamodb.client, table });
    const results = LOOKALIKES.flatMap((key, i) =>
      [0, 1, 10].map((startMs) => sampleRow(key, startMs, 1, { n: i * 100 + startMs })),
    );
    await sink.deliver(sampleDelivery({ results }));
    const stored = await collect(readResults(dynamodb.client, table));
    const byPlace = (rows: typeof results) =>
      new Map(rows.map((row) => [JSON.stringify([row.key, row.windowStartMs]), row.values]));
    expect(stored).toHaveLength(results.length);
    expect(byPlace(stored)).toEqual(byPlace(results));
  });

  it('never share the id of a result', () => {
    const text = fc.oneof(
      fc.constantFrom(...LOOKALIKES),
      fc.string(),
      fc.string({ unit: fc.constantFrom('/', '-', '0', '1', '#') }),
    );
    const window = fc.record({
      key: text,
      windowStartMs: fc.integer(),
      windowEndMs: fc.integer(),
      revision: fc.nat(),
      values: fc.constant({}),
    });
    const row = fc.tuple(fc.constant('p'), window, fc.oneof(fc.constant(0), fc.nat({ max: 20 })));
    fc.assert(
      fc.property(row, row, (one, other) => {
        expect(resultId(...one) === resultId(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it('never share a slot of the log', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,4}$/);
    const place = fc.record({
      pipeline: name,
      stage: name,
      source: name,
      incarnation: name,
      partition: name,
      slot: fc.nat({ max: 99 }),
    });
    fc.assert(
      fc.property(place, place, (one, other) => {
        expect(slotKey(logIdOf(one), one.slot) === slotKey(logIdOf(other), other.slot)).toBe(
          JSON.stringify(one) === JSON.stringify(other),
        );
      }),
    );
  });
});

describe('names that would lead elsewhere', () => {
  const WAYS = [
    '..',
    '../x',
    'a/../../b',
    '/etc',
    'a/b',
    'a#1',
    'a\nb',
    'a b',
    '',
    '.',
    'a\u0000',
    '%2e%2e/x',
    'https://x',
    'a\\..\\b',
    '🦊',
  ];

  it.each(WAYS)('are refused in every part of a log: %j', async (way) => {
    for (const part of ['pipeline', 'stage', 'source', 'incarnation', 'partition'] as const) {
      expect(() => logIdOf({ ...SHARD, [part]: way })).toThrow(
        expect.objectContaining({ kind: 'invalid', code: 'INVALID_SETTING' }),
      );
    }
    const stream = new HostileStream();
    stream.shards.known.set(way, { fromHash: 0n, toHash: 2n ** 128n - 1n, parents: [] });
    await expect(stream.invoke(eventRecord(1, reading('a', 0), way))).rejects.toMatchObject({
      code: way === '' ? 'EVENT_MALFORMED' : 'INVALID_SETTING',
    });
    expect(await stream.lake.list('')).toEqual([]);
  });

  it('cannot leave the folder of the lake, whatever shard or commit they come from', () => {
    const anything = fc.oneof(
      fc.constantFrom(...WAYS),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', 'a') }),
    );
    fc.assert(
      fc.property(anything, anything, fc.double(), fc.boolean(), (partition, commitId, timeMs, isShared) => {
        const folder = dayFolder('flights', 'late', lakeDay(timeMs));
        const key = `${folder}/${objectName({ ...sampleDelivery({}), partition: { ...SHARD, partition }, commitId }, isShared)}`;
        expect(key.startsWith('flights/late/day=')).toBe(true);
        expect(key.split('/')).toHaveLength(folder.split('/').length + 1);
        expect(requireBlobKey(key)).toBe(key);
      }),
    );
  });

  it('of snapshots and large deltas stay below their log', () => {
    const logId = logIdOf(SHARD);
    expect([
      requireBlobKey(snapshotKeyOf(logId, 1, 'id', 'form')),
      requireBlobKey(spillKeyOf(logId, 1, 'id', 'delta')),
    ]).toEqual([`snapshots/${logId}/0000000000000001-id-form`, `spills/${logId}/0000000000000001-id-delta`]);
    expect(() => requireBlobKey(snapshotKeyOf(`${logId}/..`, 1, 'id', 'form'))).toThrow(
      expect.objectContaining({ code: 'INVALID_SETTING' }),
    );
  });
});
