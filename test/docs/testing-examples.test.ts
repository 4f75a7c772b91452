/** The tests that `docs/testing.md` shows, as it shows them. */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import flights from '../../pipelines/flights.ts';
import { checkSame, PipelineTest } from '../../testing/index.ts';
import { snippetsOf } from './stories.ts';

const at = (time: string) => Date.parse(`2001-01-01T${time}Z`);
const flight = (time: string, delay: number) => ({
  date: at(time),
  delay,
  distance: 500,
  origin: 'ATL',
  destination: 'JFK',
});

test('counts the delayed flights of an hour', async () => {
  const flown = new PipelineTest(flights);
  await flown.put(flight('10:05', 3), flight('10:55', 20));
  await flown.put(flight('11:10', 0));
  await flown.finish();
  expect(flown.results).toMatchObject([
    { key: 'ATL', windowStartMs: at('10:00'), values: { departures: 2, delayed: 1 } },
    { key: 'ATL', windowStartMs: at('11:00'), values: { departures: 1, delayed: 0 } },
  ]);
});

test('corrects an hour for three more, and keeps what comes later', async () => {
  const flown = new PipelineTest(flights);
  await flown.put(flight('10:05', 3));
  await flown.put(flight('13:00', 0), flight('10:20', 90));
  expect(flown.firings).toMatchObject([
    { windowStartMs: at('10:00'), revision: 1, values: { departures: 1 } },
    { windowStartMs: at('10:00'), revision: 2, values: { departures: 2 } },
  ]);
  await flown.put(flight('16:00', 0), flight('10:30', 300));
  expect(flown.lateRecords).toMatchObject([{ key: 'ATL', eventTimeMs: at('10:30') }]);
});

test('says what is wrong with a record', async () => {
  const flown = new PipelineTest(flights);
  await flown.putText('{"origin": "atl"}', { partitionKey: 'atl' });
  expect(flown.deadLetters).toMatchObject([{ code: 'SCHEMA_MISMATCH', text: '{"origin": "atl"}' }]);
});

test('goes on in the halves of a shard, and after a restart', async () => {
  const flown = new PipelineTest(flights);
  const [shard] = flown.partitions();
  await flown.put(flight('10:05', 3));
  flown.split(shard as string);
  await flown.put(flight('10:10', 4));
  flown.restart();
  await flown.repeat();
  await flown.finish();
  expect(flown.results).toMatchObject([{ values: { departures: 2 } }]);
});

test('gives the same results however the flights come', async () => {
  const day = Array.from({ length: 24 }, (_, hour) => flight(`${String(hour).padStart(2, '0')}:30`, hour));
  await checkSame(flights, (flown) => flown.put(...day));
});

test('the guide to tests shows them', () => {
  const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'testing.md'), 'utf8');
  const code = readFileSync(import.meta.filename, 'utf8');
  const snippets = snippetsOf(guide);
  expect(snippets).toHaveLength(5);
  for (const snippet of snippets) expect(code).toContain(snippet.replace(/^import .*\n/gm, '').trim());
});
