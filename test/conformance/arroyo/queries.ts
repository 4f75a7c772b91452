import {
  count,
  hopping,
  hours,
  max,
  min,
  minutes,
  resultTable,
  seconds,
  session,
  topN,
  tumbling,
} from '../../../engine/index.ts';
import { cars, impulses, textOf, type Query, type Row } from './query.ts';

/** Those that have a golden file. */
const GIVEN: readonly Query[] = [
  {
    name: 'hourly_by_event_type',
    input: 'cars.json',
    definition: (receivers) =>
      cars('hourly')
        .keyBy('event_type', { receivers })
        .window(tumbling({ sizeMs: hours(1) }))
        .aggregate({ count: count() })
        .to(resultTable()),
    rowsOf: ({ key, windowStartMs, values }) => [{ event_type: key, hour: textOf(windowStartMs), ...values }],
  },
  {
    name: 'session_window',
    input: 'impulse.json',
    definition: (receivers) =>
      impulses('sessions')
        .keyBy(({ counter }) => (counter % 10 === 0 ? 0 : counter), { name: 'user_id', receivers })
        .window(session({ gapMs: seconds(20) }))
        .aggregate({ rows: count() })
        .to(resultTable()),
    rowsOf: ({ key, windowStartMs, windowEndMs, values }) => [
      { user_id: Number(key), start: textOf(windowStartMs), end: textOf(windowEndMs), ...values },
    ],
  },
  {
    name: 'sliding_window_end',
    input: 'impulse.json',
    definition: () =>
      impulses('hops')
        .keyAll()
        .window(hopping({ sizeMs: seconds(10), advanceMs: seconds(2) }))
        .aggregate({ count: count(), min: min('counter'), max: max('counter') })
        .to(resultTable()),
    rowsOf: ({ windowStartMs, windowEndMs, values }) => [
      { start: textOf(windowStartMs), end: textOf(windowEndMs), ...values },
    ],
  },
];

/** Of our own, over the same cars. */
const COMPUTED: readonly Query[] = [
  {
    name: 'distinct drivers per hour and event type',
    input: 'cars.json',
    definition: (receivers) =>
      cars('drivers')
        .keyBy('event_type', 'driver_id', { receivers })
        .window(tumbling({ sizeMs: hours(1) }))
        .aggregate({ events: count() })
        .keyBy('event_type', { receivers })
        .window(tumbling({ sizeMs: hours(1) }))
        .aggregate({ drivers: count(), most: max('events') })
        .to(resultTable()),
    rowsOf: ({ key, windowStartMs, values }) => [{ event_type: key, hour: textOf(windowStartMs), ...values }],
    sql: `
      SELECT event_type, text_of(start) AS hour, count(*) AS drivers, max(events) AS most
      FROM (SELECT event_type, ms // 3600000 * 3600000 AS start, driver_id, count(*) AS events FROM cars GROUP BY ALL)
      GROUP BY event_type, start`,
  },
  {
    name: 'the three busiest locations per hour',
    input: 'cars.json',
    definition: (receivers) =>
      cars('busiest')
        .keyBy('location', { receivers })
        .window(tumbling({ sizeMs: hours(1) }))
        .aggregate({ events: count() })
        .keyAll()
        .window(tumbling({ sizeMs: hours(1) }))
        .aggregate({ busiest: topN(['events', 'location'], { n: 3, by: 'events', ties: 'value' }) })
        .to(resultTable()),
    rowsOf: ({ windowStartMs, values: { busiest } }) =>
      (busiest as Row[]).map((one, i) => ({ hour: textOf(windowStartMs), place: i + 1, ...one })),
    sql: `
      SELECT text_of(start) AS hour, row_number() OVER (PARTITION BY start ORDER BY events DESC, location) AS place, events, location
      FROM (SELECT location, ms // 3600000 * 3600000 AS start, count(*) AS events FROM cars GROUP BY ALL)
      QUALIFY place <= 3`,
  },
  {
    name: 'sessions of drivers with a gap of 20 minutes',
    input: 'cars.json',
    definition: (receivers) =>
      cars('driver-sessions')
        .keyBy('driver_id', { receivers })
        .window(session({ gapMs: minutes(20) }))
        .aggregate({ rows: count() })
        .to(resultTable()),
    rowsOf: ({ key, windowStartMs, windowEndMs, values }) => [
      { driver_id: Number(key), start: textOf(windowStartMs), end: textOf(windowEndMs), ...values },
    ],
    sql: `
      WITH begun AS (
        SELECT driver_id, ms, coalesce(ms - lag(ms) OVER (PARTITION BY driver_id ORDER BY ms) >= 1200000, true)::INT AS begins
        FROM cars
      ), numbered AS (SELECT *, sum(begins) OVER (PARTITION BY driver_id ORDER BY ms) AS session FROM begun)
      SELECT driver_id, text_of(min(ms)) AS start, text_of(max(ms) + 1200000) AS end, count(*) AS rows
      FROM numbered GROUP BY driver_id, session`,
  },
  {
    name: 'half hours every ten minutes by location',
    input: 'cars.json',
    definition: (receivers) =>
      cars('half-hours')
        .keyBy('location', { receivers })
        .window(hopping({ sizeMs: minutes(30), advanceMs: minutes(10) }))
        .aggregate({ count: count(), least: min('driver_id'), most: max('driver_id') })
        .to(resultTable()),
    rowsOf: ({ key, windowStartMs, values }) => [{ location: key, start: textOf(windowStartMs), ...values }],
    sql: `
      SELECT location, text_of(start) AS start, count(*) AS count, min(driver_id) AS least, max(driver_id) AS most
      FROM (SELECT *, unnest([(ms // 600000 - hop) * 600000 FOR hop IN [0, 1, 2]]) AS start FROM cars)
      GROUP BY location, start`,
  },
];

export const QUERIES: readonly Query[] = [...GIVEN, ...COMPUTED];
