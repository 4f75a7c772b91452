import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LakeSink } from '../../adapters/lake/lake-sink.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { global } from '../../engine/index.ts';
import { LAKE_DAYS, lakeDay } from '../../engine/lake-day.ts';
import { MAX_EVENT_TIME_MS, MIN_EVENT_TIME_MS } from '../../engine/time/watermark.ts';
import { sampleDeadLetter, sampleDelivery, sampleLate, sampleRow } from '../support/samples.ts';

const DAY_MS = 86_400_000;

describe('the day of the lake', () => {
  it.each<[number, string]>([
    [0, '1970-01-01'],
    [DAY_MS - 1, '1970-01-01'],
    [DAY_MS, '1970-01-02'],
    [Date.UTC(1990, 0, 1), '1990-01-01'],
    [Date.UTC(1999, 11, 31), '1999-12-31'],
    [Date.UTC(2024, 1, 29) + 0.5, '2024-02-29'],
    [Date.UTC(2050, 0, 1) - 1, '2049-12-31'],
  ])('of %d is %s', (timeMs, day) => {
    expect(lakeDay(timeMs)).toBe(day);
  });

  it.each([-1, -DAY_MS, Date.UTC(1969, 11, 31), MIN_EVENT_TIME_MS, -Infinity, Number.NaN])(
    'of %d, before all days or none, is the first one',
    (timeMs) => {
      expect(lakeDay(timeMs)).toBe(LAKE_DAYS.first);
    },
  );

  it.each([
    Date.UTC(2050, 0, 1),
    Date.UTC(9999, 0, 1),
    Date.UTC(10_000, 0, 1),
    MAX_EVENT_TIME_MS,
    Number.MAX_VALUE,
    Infinity,
  ])('of %d, after all days, is the last one', (timeMs) => {
    expect(lakeDay(timeMs)).toBe(LAKE_DAYS.last);
  });

  it('is one that the tables list, whatever the time', () => {
    const time = fc.oneof(fc.double(), fc.integer(), fc.integer({ min: MIN_EVENT_TIME_MS, max: MAX_EVENT_TIME_MS }));
    fc.assert(
      fc.property(time, (timeMs) => {
        const day = lakeDay(timeMs);
        expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
        expect(LAKE_DAYS.first <= day && day <= LAKE_DAYS.last).toBe(true);
      }),
    );
  });

  it('never goes back while time goes on', () => {
    const time = fc.integer({ min: MIN_EVENT_TIME_MS, max: MAX_EVENT_TIME_MS });
    fc.assert(
      fc.property(time, time, (one, other) => {
        const [before, after] = [Math.min(one, other), Math.max(one, other)].map(lakeDay) as [string, string];
        expect(before <= after).toBe(true);
      }),
    );
  });
});

it('lies in a day that the tables list: every file of the lake, of whatever folder', async () => {
  const blobs = new MemoryBlobStore();
  const [startMs = 0] = global().windowStarts(0);
  const side = { output: 'large', key: 'a', sequence: 0, value: 1 };
  for (const [version, timeMs] of [startMs, Date.UTC(1990, 0, 1), MAX_EVENT_TIME_MS].entries()) {
    await new LakeSink({ blobs, pipeline: 'flights', results: 'results' }).deliver(
      sampleDelivery(
        {
          results: [sampleRow('a', timeMs, 1)],
          sideOutputs: [{ ...side, eventTimeMs: timeMs }],
          lateRecords: [sampleLate(1n, { eventTimeMs: timeMs })],
          deadLetters: [sampleDeadLetter(2n, { arrivalTimeMs: timeMs })],
        },
        version,
      ),
    );
  }
  const days = (await blobs.list('')).map((path) => /^flights\/(.+)\/day=([^/]+)\//.exec(path)?.slice(1).join(' '));
  const folders = ['dead-letters', 'late', 'outputs/large', 'results'];
  const listed = ['1970-01-01', '1990-01-01', '2049-12-31'];
  expect(days).toEqual(folders.flatMap((folder) => listed.map((day) => `${folder} ${day}`)));
});
