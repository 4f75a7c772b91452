import { describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { isAggregated, readAggregate } from '../../adapters/kinesis/aggregated-record.ts';
import { emittedLines } from '../support/emitted.ts';
import { CASES, FORGED, topologyFor, type HostileCase } from './cases.ts';
import { eventRecord, HostileStream, reading } from './support.ts';

const LINE_BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, n) => total + n, 0);

/** A good record, the hostile one, a good one again, in three invocations that Lambda repeats. */
async function meet(hostile: HostileCase): Promise<HostileStream> {
  const stream = new HostileStream(topologyFor(hostile));
  const records = [eventRecord(1, reading('good', 0)), eventRecord(2, hostile.put), eventRecord(3, reading('good', 1))];
  for (const record of records) await stream.invoke(record);
  await stream.invoke(...records);
  return stream;
}

describe.each(CASES)('$what', (hostile) => {
  const { counted = 0, late = 0, dead = {} } = hostile;

  it(`becomes ${counted} counted, ${late} late, ${JSON.stringify(dead)} dead, and the shard goes on`, async () => {
    const stream = await meet(hostile);
    expect(stream.totals).toEqual({
      in: counted + late + sumOf(dead) + 2,
      counted: counted + 2,
      late,
      dead: sumOf(dead),
    });
    const { deadLetters, lateRecords } = stream.world.sink;
    const codes: Record<string, number> = {};
    for (const { code } of deadLetters) codes[code] = (codes[code] ?? 0) + 1;
    expect(codes).toEqual(dead);
    expect(new Set(deadLetters.map(({ subSequence }) => subSequence)).size).toBe(deadLetters.length);
    // What was not counted is kept byte for byte, alone or inside its aggregated record.
    const original = Buffer.from(hostile.put.data);
    for (const { code, data } of [
      ...deadLetters.slice(0, 3),
      ...lateRecords.map((record) => ({ ...record, code: '' })),
    ]) {
      const isInside =
        isAggregated(original) &&
        !code.startsWith('AGGREGATE') &&
        readAggregate(original).some((sub) => Buffer.compare(sub.data, data) === 0);
      expect(isInside || Buffer.compare(data, original) === 0).toBe(true);
    }
    for (const { reason } of deadLetters.slice(0, 3)) {
      expect(reason).not.toMatch(LINE_BREAKS);
      expect(reason.length).toBeLessThanOrEqual(400);
    }
    expect(await stream.rebuiltHash()).toBe((await stream.world.head()).stateHash);
    expect(Object.prototype).not.toHaveProperty('polluted');
    await checkLake(stream, sumOf(dead) + late);
    checkMetrics(stream);
  });
});

/** Objects under plain names, one JSON document a line. */
async function checkLake({ lake }: HostileStream, expected: number): Promise<void> {
  let lines = 0;
  for (const key of await lake.list('')) {
    expect(key).toMatch(
      /^readings\/(results|late|dead-letters)\/day=(unknown|\d{4}-\d\d-\d\d)\/shardId-000000000000-\d{12}-id-\d+\.gz$/,
    );
    if (key.includes('/results/')) continue;
    for (const line of gunzipSync((await lake.get(key)) as Uint8Array)
      .toString()
      .trimEnd()
      .split('\n')) {
      JSON.parse(line);
      lines++;
    }
  }
  expect(lines).toBe(expected);
}

/** One line of metrics a batch, whatever the records said. */
function checkMetrics({ reports, totals }: HostileStream): void {
  const lines = emittedLines(reports);
  expect(lines).toHaveLength(reports.length);
  expect(lines.join('')).not.toContain(FORGED.trim());
  expect(lines.map((line) => JSON.parse(line).deadLetters as number).reduce((a, b) => a + b, 0)).toBe(totals.dead);
}
