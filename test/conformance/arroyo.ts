/** Arroyo's golden files: a small pipeline each, and its rows against theirs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod/mini';
import {
  count,
  hopping,
  hours,
  kinesis,
  max,
  min,
  pipeline,
  resultTable,
  seconds,
  session,
  tumbling,
  type Pipeline,
} from '../../engine/index.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { step, stepTick } from '../../engine/step.ts';
import { emptyState } from '../../engine/state/partition-state.ts';
import { applyChange } from '../../engine/state/state-change.ts';
import { differencesOf } from './rows.ts';
import { judged, skipped, type CaseReport } from './scoreboard.ts';

const SOURCE = 'arroyo';
const DIALECT =
  'half-open windows; "sliding" (hop) is hopping; a session ends at last event + gap; at the end of the input every window comes out';

type Row = Readonly<Record<string, unknown>>;

const CAR = z.object({ timestamp: z.string(), event_type: z.string() });
const IMPULSE = z.object({ timestamp: z.string(), counter: z.number(), subtask_index: z.number() });
const USED = z.object({ timestamp: z.string(), user_id: z.number() });

/** The input is out of order by 23 s at most. */
const hourly = pipeline('hourly')
  .source(kinesis({ stream: 'cars', partitionKey: 'event_type', schema: CAR }))
  .eventTime(({ timestamp }) => Date.parse(timestamp), { maxOutOfOrdernessMs: seconds(30) })
  .keyBy('event_type')
  .window(tumbling({ sizeMs: hours(1) }))
  .aggregate({ count: count() })
  .to(resultTable());

const sessions = pipeline('sessions')
  .source(kinesis({ stream: 'impulses', partitionKey: 'user_id', schema: USED }))
  .eventTime(({ timestamp }) => Date.parse(timestamp), { maxOutOfOrdernessMs: 0 })
  .keyBy('user_id')
  .window(session({ gapMs: seconds(20) }))
  .aggregate({ rows: count() })
  .to(resultTable());

/** Over all records: they have a field in common. */
const hops = pipeline('hops')
  .source(kinesis({ stream: 'impulses', partitionKey: 'subtask_index', schema: IMPULSE }))
  .eventTime(({ timestamp }) => Date.parse(timestamp), { maxOutOfOrdernessMs: 0 })
  .keyBy('subtask_index')
  .window(hopping({ sizeMs: seconds(10), advanceMs: seconds(2) }))
  .aggregate({ count: count(), min: min('counter'), max: max('counter') })
  .to(resultTable());

export function arroyoReports(folder: string): CaseReport[] {
  const linesOf = (file: string): Row[] =>
    readFileSync(join(folder, 'arroyo', file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  const golden = (name: string, rows: readonly Row[]): CaseReport => {
    const expected = linesOf(`golden-${name}.json`);
    return judged({
      source: SOURCE,
      name,
      dialect: DIALECT,
      compared: expected.length,
      leftOut: [],
      differences: differencesOf(rows, expected),
    });
  };
  const impulses = linesOf('impulse.json');
  const used = impulses.map(({ timestamp, counter }) => ({
    timestamp,
    user_id: (counter as number) % 10 === 0 ? 0 : counter,
  }));
  return [
    golden(
      'hourly_by_event_type',
      resultsOf(hourly, linesOf('cars.json')).map(({ key, windowStartMs, values }) => ({
        event_type: key,
        hour: textOf(windowStartMs),
        ...values,
      })),
    ),
    golden(
      'session_window',
      resultsOf(sessions, used).map(({ key, windowStartMs, windowEndMs, values }) => ({
        user_id: Number(key),
        start: textOf(windowStartMs),
        end: textOf(windowEndMs),
        ...values,
      })),
    ),
    golden(
      'sliding_window_end',
      resultsOf(hops, impulses).map(({ windowStartMs, windowEndMs, values }) => ({
        start: textOf(windowStartMs),
        end: textOf(windowEndMs),
        ...values,
      })),
    ),
    skipped(SOURCE, 'windowed_inner_join', DIALECT, 'a join of two streams: there are none yet'),
  ];
}

/** All results of a list of records; when it ends, time goes on until no window is left. */
function resultsOf({ topology }: Pipeline, records: readonly Row[]): readonly ResultRow[] {
  const state = emptyState(topology);
  const encoder = new TextEncoder();
  const partitionKey = topology.source.partitionKey as string;
  const { change, outbox } = step(
    topology,
    state,
    records.map((record, i) => ({
      offset: BigInt(i + 1),
      subSequence: 0,
      partitionKey: String(record[partitionKey]),
      arrivalTimeMs: Date.parse(record['timestamp'] as string),
      data: encoder.encode(JSON.stringify(record)),
    })),
  );
  const refused = outbox.lateRecords.length + outbox.deadLetters.length;
  if (refused > 0)
    throw new Error(
      `all records must be counted, got ${refused} that are not: ${outbox.deadLetters[0]?.reason ?? 'late'}`,
    );
  applyChange(state, change);
  const end = stepTick(topology, state, { watermarkMs: Number.MAX_SAFE_INTEGER, processingTimeMs: undefined });
  return [...outbox.results, ...(end?.outbox.results ?? [])];
}

/** As in the golden files: without a zone, milliseconds only when there are any. */
function textOf(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/(\.000)?Z$/, '');
}
