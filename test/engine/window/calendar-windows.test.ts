import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { calendar, type CalendarWindows } from '../../../engine/window/calendar-windows.ts';

const HOUR = 3_600_000;

/** The window that holds a moment, and how many hours it lasts. */
function windowOf(settings: CalendarWindows, moment: string): { start: string; end: string; hours: number } {
  const windows = calendar(settings);
  const [startMs = Number.NaN, ...others] = windows.windowStarts(Date.parse(moment));
  expect(others).toEqual([]);
  const endMs = windows.endOf(startMs);
  return { start: textOf(startMs), end: textOf(endMs), hours: (endMs - startMs) / HOUR };
}

const textOf = (timeMs: number) => new Date(timeMs).toISOString().replace(':00.000Z', 'Z');

describe('a day in Berlin', () => {
  const day = { unit: 'day', timeZone: 'Europe/Berlin' } as const;

  it.each([
    ['2026-01-14T22:59:59.999Z', '2026-01-13T23:00Z'],
    ['2026-01-14T23:00:00.000Z', '2026-01-14T23:00Z'],
    ['2026-01-14T23:00:00.001Z', '2026-01-14T23:00Z'],
    ['2026-07-14T21:59:59.999Z', '2026-07-13T22:00Z'],
    ['2026-07-14T22:00:00.000Z', '2026-07-14T22:00Z'],
  ])('that holds %s starts at %s', (moment, start) => {
    expect(windowOf(day, moment)).toMatchObject({ start, hours: 24 });
  });

  it.each([['2026-03-29T00:59:59.999Z'], ['2026-03-29T01:00:00.000Z'], ['2026-03-29T01:00:00.001Z']])(
    'has 23 hours when summer time begins: %s',
    (moment) => {
      expect(windowOf(day, moment)).toEqual({ start: '2026-03-28T23:00Z', end: '2026-03-29T22:00Z', hours: 23 });
    },
  );

  it.each([['2026-10-25T00:59:59.999Z'], ['2026-10-25T01:00:00.000Z'], ['2026-10-25T01:00:00.001Z']])(
    'has 25 hours when it ends: %s',
    (moment) => {
      expect(windowOf(day, moment)).toEqual({ start: '2026-10-24T22:00Z', end: '2026-10-25T23:00Z', hours: 25 });
    },
  );
});

describe('an hour in Berlin', () => {
  it.each([
    ['2026-10-25T00:59:59.999Z', '2026-10-25T00:00Z'],
    ['2026-10-25T01:00:00.000Z', '2026-10-25T01:00Z'],
    ['2026-03-29T00:59:59.999Z', '2026-03-29T00:00Z'],
    ['2026-03-29T01:00:00.000Z', '2026-03-29T01:00Z'],
  ])(
    'lasts an hour when clocks change, and the one that they repeat is two windows: %s is in that from %s',
    (moment, start) => {
      expect(windowOf({ unit: 'hour', timeZone: 'Europe/Berlin' }, moment)).toMatchObject({ start, hours: 1 });
    },
  );

  it.each([
    ['2026-10-03T15:29:59.999Z', '2026-10-03T14:30Z', '2026-10-03T15:30Z', 1],
    ['2026-10-03T15:30:00.000Z', '2026-10-03T15:30Z', '2026-10-03T16:00Z', 0.5],
    ['2026-10-03T16:00:00.000Z', '2026-10-03T16:00Z', '2026-10-03T17:00Z', 1],
    ['2026-04-04T14:59:59.999Z', '2026-04-04T14:00Z', '2026-04-04T15:00Z', 1],
    ['2026-04-04T15:00:00.000Z', '2026-04-04T15:00Z', '2026-04-04T15:30Z', 0.5],
    ['2026-04-04T15:30:00.000Z', '2026-04-04T15:30Z', '2026-04-04T16:30Z', 1],
  ])('is cut where clocks change by half an hour: %s', (moment, start, end, hours) => {
    expect(windowOf({ unit: 'hour', timeZone: 'Australia/Lord_Howe' }, moment)).toEqual({ start, end, hours });
  });

  it('begins on the half hour where the zone is half an hour off', () => {
    expect(windowOf({ unit: 'hour', timeZone: 'Asia/Kolkata' }, '2026-01-01T00:29:59.999Z')).toMatchObject({
      start: '2025-12-31T23:30Z',
      hours: 1,
    });
    expect(windowOf({ unit: 'hour', timeZone: 'Asia/Kolkata' }, '2026-01-01T00:30:00.000Z')).toMatchObject({
      start: '2026-01-01T00:30Z',
      hours: 1,
    });
  });
});

describe('longer windows in Berlin', () => {
  it.each([
    ['week', '2026-03-29T21:59:59.999Z', '2026-03-22T23:00Z', '2026-03-29T22:00Z', 7 * 24 - 1],
    ['week', '2026-03-29T22:00:00.000Z', '2026-03-29T22:00Z', '2026-04-05T22:00Z', 7 * 24],
    ['month', '2026-02-28T22:59:59.999Z', '2026-01-31T23:00Z', '2026-02-28T23:00Z', 28 * 24],
    ['month', '2026-02-28T23:00:00.000Z', '2026-02-28T23:00Z', '2026-03-31T22:00Z', 31 * 24 - 1],
    ['month', '2024-02-29T12:00:00.000Z', '2024-01-31T23:00Z', '2024-02-29T23:00Z', 29 * 24],
    ['year', '2026-12-31T22:59:59.999Z', '2025-12-31T23:00Z', '2026-12-31T23:00Z', 365 * 24],
    ['year', '2026-12-31T23:00:00.000Z', '2026-12-31T23:00Z', '2027-12-31T23:00Z', 365 * 24],
  ] as const)('the %s of %s goes from %s to %s', (unit, moment, start, end, hours) => {
    expect(windowOf({ unit, timeZone: 'Europe/Berlin' }, moment)).toEqual({ start, end, hours });
  });
});

describe('where clocks change at midnight', () => {
  const saoPaulo = { unit: 'day', timeZone: 'America/Sao_Paulo' } as const;

  it.each([
    ['2018-11-04T02:59:59.999Z', '2018-11-03T03:00Z', '2018-11-04T03:00Z', 24],
    ['2018-11-04T03:00:00.000Z', '2018-11-04T03:00Z', '2018-11-05T02:00Z', 23],
    ['2018-11-04T03:00:00.001Z', '2018-11-04T03:00Z', '2018-11-05T02:00Z', 23],
    ['2018-11-05T02:00:00.000Z', '2018-11-05T02:00Z', '2018-11-06T02:00Z', 24],
  ])('the day that begins at 1:00 follows without a gap: %s', (moment, start, end, hours) => {
    expect(windowOf(saoPaulo, moment)).toEqual({ start, end, hours });
  });

  it.each([
    // Clocks went from midnight back to 23:00 of the 17th.
    ['2018-02-18T01:59:59.999Z', '2018-02-17T02:00Z', '2018-02-18T03:00Z', 25],
    ['2018-02-18T02:59:59.999Z', '2018-02-17T02:00Z', '2018-02-18T03:00Z', 25],
    ['2018-02-18T03:00:00.000Z', '2018-02-18T03:00Z', '2018-02-19T03:00Z', 24],
  ])('the day whose last hour comes twice has 25: %s', (moment, start, end, hours) => {
    expect(windowOf(saoPaulo, moment)).toEqual({ start, end, hours });
  });

  it('a day that a country left out has no window: the days on either side touch', () => {
    const apia = { unit: 'day', timeZone: 'Pacific/Apia' } as const;
    expect(windowOf(apia, '2011-12-30T09:59:59.999Z')).toEqual({
      start: '2011-12-29T10:00Z',
      end: '2011-12-30T10:00Z',
      hours: 24,
    });
    expect(windowOf(apia, '2011-12-30T10:00:00.000Z')).toEqual({
      start: '2011-12-30T10:00Z',
      end: '2011-12-31T10:00Z',
      hours: 24,
    });
  });
});

describe('calendar windows of any unit in any zone', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/Sao_Paulo',
    'America/Santiago',
    'Asia/Beirut',
    'Africa/Cairo',
    'Pacific/Apia',
    'Pacific/Kwajalein',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Asia/Tehran',
    'Antarctica/Troll',
    'America/Havana',
    'Africa/Monrovia',
  ];
  const settings: fc.Arbitrary<CalendarWindows> = fc.record({
    unit: fc.constantFrom('hour', 'day', 'week', 'month', 'year'),
    timeZone: fc.constantFrom(...zones),
  });

  /** Clocks have changed there, this many times before 2040. */
  const transitionOf = (timeZone: string, n: number): number => {
    let moment: Temporal.ZonedDateTime | null = Temporal.Instant.from('2040-01-01T00:00Z').toZonedDateTimeISO(timeZone);
    for (let i = 0; i <= n && moment !== null; i++) moment = moment.getTimeZoneTransition('previous');
    return moment?.epochMilliseconds ?? 0;
  };
  const anyTime = fc.integer({ min: Date.parse('1950-01-01'), max: Date.parse('2040-01-01') });
  const aroundChange = fc.record({
    n: fc.nat({ max: 60 }),
    plusMs: fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -5 * HOUR, max: 5 * HOUR })),
  });

  it('cut time without gap or overlap, when clocks change too', () => {
    fc.assert(
      fc.property(settings, fc.oneof(anyTime, aroundChange), (given, when) => {
        const timeMs = typeof when === 'number' ? when : transitionOf(given.timeZone, when.n) + when.plusMs;
        const startOf = (moment: number) => calendar(given).windowStarts(moment)[0] as number;
        const startMs = startOf(timeMs);
        const endMs = calendar(given).endOf(startMs);
        expect([startMs <= timeMs, timeMs < endMs, startOf(startMs), startOf(endMs - 1), startOf(endMs)]).toEqual([
          true,
          true,
          startMs,
          startMs,
          endMs,
        ]);
      }),
      { numRuns: 600 },
    );
  }, 60_000);
});
