import { describe, expect, it } from '@jest/globals';
import { embeddedFile } from '../../local/inputs/embedded-file.ts';
import { haulInput, LONG_HAUL_MILES } from '../../local/inputs/hauls.ts';
import { selectInputs } from '../../local/runner/run-inputs.ts';
import inbound from '../../pipelines/inbound.ts';
import totals from '../../pipelines/totals.ts';
import { rowsOf, sqlText, withDuckdb } from '../verify/duckdb.ts';

async function texts(stream: string, end: number): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of haulInput(stream).read(0, end))
    all.push(...piece.map(({ data }) => Buffer.from(data).toString()));
  return all;
}

describe('the departures of two systems', () => {
  it('are as many as the file has of each', async () => {
    const sql = `SELECT count_if(distance < ${LONG_HAUL_MILES}) AS short, count_if(distance >= ${LONG_HAUL_MILES}) AS long
      FROM read_parquet(${sqlText(embeddedFile('flights-3m.parquet'))})`;
    const [counted] = await withDuckdb((connection) => rowsOf(connection, sql));
    expect([haulInput('short-haul').length, haulInput('long-haul').length]).toEqual([
      counted?.['short'],
      counted?.['long'],
    ]);
  });

  it('begin with the first that was known to have left, in the words of their system', async () => {
    expect(await texts('long-haul', 1)).toEqual([
      '{"flight":3,"scheduledAt":978307260,"lateSeconds":-780,"miles":2345,"from":"ANC","to":"LAX"}',
    ]);
    expect(JSON.parse((await texts('short-haul', 1))[0] ?? '')).toMatchObject({ distance: expect.any(Number) });
  });

  it('are all on one side of the limit', async () => {
    const short = (await texts('short-haul', 3_000)).map((text) => JSON.parse(text).distance as number);
    const long = (await texts('long-haul', 3_000)).map((text) => JSON.parse(text).miles as number);
    expect([short.length, long.length]).toEqual([3_000, 3_000]);
    expect(Math.max(...short)).toBeLessThan(LONG_HAUL_MILES);
    expect(Math.min(...long)).toBeGreaterThanOrEqual(LONG_HAUL_MILES);
  });

  it('have none for another stream', () => {
    expect(() => haulInput('medium-haul')).toThrow('stream must be short-haul or long-haul, got medium-haul');
  });
});

describe('the inputs of a run', () => {
  const skipped = { skip: 10, records: 5 };

  it('are one for each source, or one for the source that is named', async () => {
    const each = await selectInputs(inbound, skipped);
    expect([...each].map(([source, { input, wanted }]) => [source, input.label, wanted])).toEqual([
      ['short-haul', 'short US departures of 2001', [10, 15]],
      ['long-haul', 'long US departures of 2001', [10, 15]],
    ]);
    expect([...(await selectInputs(inbound, { ...skipped, source: 'long-haul' })).keys()]).toEqual(['long-haul']);
    expect([...(await selectInputs(totals, skipped)).keys()]).toEqual(['departures-to-total']);
    expect([...(await selectInputs(totals, { ...skipped, source: 'departures-to-total' })).keys()]).toHaveLength(1);
  });

  it('are refused where a file could be for any of several sources, or is for none', async () => {
    await expect(selectInputs(inbound, { ...skipped, input: 'x.ndjson' })).rejects.toThrow(
      '--source must be a source of inbound, one of short-haul, long-haul, got undefined; pass --source short-haul',
    );
    await expect(selectInputs(totals, { ...skipped, source: 'departures' })).rejects.toThrow(
      '--source must be a source of totals, one of departures-to-total, got "departures"',
    );
  });
});
