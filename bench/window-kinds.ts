import {
  calendar,
  count,
  everyN,
  everyRecords,
  global,
  hopping,
  kinesis,
  map,
  pipeline,
  resultTable,
  seconds,
  session,
  sliding,
  sum,
  tumbling,
} from '../engine/index.ts';
import type { Topology } from '../engine/topology.ts';
import type { WindowSettings } from '../engine/dsl/window-settings.ts';
import type { Windows } from '../engine/window/windows.ts';
import { Reading } from './readings.ts';

export const SIZE_MS = seconds(60);
export const GAP_MS = 600;
export const DIFFERENCE_MS = seconds(1);
export const EVERY = 100;

const keyed = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'device', schema: Reading }))
  .eventTime((reading) => reading.timeMs, { maxOutOfOrdernessMs: seconds(5) })
  .keyBy('device');

function aggregating(windows: Windows, settings: WindowSettings = {}): Topology {
  return keyed
    .window(windows, settings)
    .aggregate({ readings: count(), total: sum('value') })
    .to(resultTable()).topology;
}

/** A tumbling window as one would write it by hand. */
const byHand = keyed
  .process({
    state: { windows: map<{ readings: number; total: number }>() },
    results: { startMs: 'integer', readings: 'integer', total: 'integer' },
    onRecord({ value, eventTimeMs }, { state, setTimer }) {
      const startMs = eventTimeMs - (eventTimeMs % SIZE_MS);
      const { readings, total } = state.windows.get(String(startMs)) ?? { readings: 0, total: 0 };
      state.windows.set(String(startMs), { readings: readings + 1, total: total + value.value });
      setTimer(startMs + SIZE_MS);
    },
    onTimer({ timeMs }, { state, emit }) {
      const startMs = timeMs - SIZE_MS;
      const window = state.windows.get(String(startMs));
      if (window !== undefined) emit({ startMs, ...window });
      state.windows.delete(String(startMs));
    },
  })
  .to(resultTable()).topology;

/** The same readings in windows of every kind, and in two densities where that decides. */
export const WINDOW_KINDS = {
  'tumbling 60 s': aggregating(tumbling({ sizeMs: SIZE_MS })),
  'hopping 60 s by 1 s': aggregating(hopping({ sizeMs: SIZE_MS, advanceMs: SIZE_MS / 60 })),
  'hopping 6 s by 0.1 s': aggregating(hopping({ sizeMs: SIZE_MS / 10, advanceMs: SIZE_MS / 600 })),
  'hopping 60 s by 1 s, a trigger': aggregating(hopping({ sizeMs: SIZE_MS, advanceMs: SIZE_MS / 60 }), {
    trigger: { late: everyRecords(2) },
  }),
  'calendar hour, Europe/Berlin': aggregating(calendar({ unit: 'hour', timeZone: 'Europe/Berlin' })),
  'session, gap 0.6 s': aggregating(session({ gapMs: GAP_MS })),
  'sliding, 1 s': aggregating(sliding({ timeDifferenceMs: DIFFERENCE_MS })),
  'every 100 records': aggregating(everyN({ n: EVERY })),
  'global, every 100 records': aggregating(global(), { trigger: { early: everyRecords(EVERY) } }),
  'process function': byHand,
} as const satisfies Readonly<Record<string, Topology>>;

export type WindowKind = keyof typeof WINDOW_KINDS;
