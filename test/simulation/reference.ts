/**
 * What must come out, computed the plain way: one pass over each shard's whole list of records, no batches, no state
 * store, no code of the engine.
 */
import type { Plan } from './plan.ts';

export interface Expected {
  /** Every firing, as `sensor/start/revision` with its values. */
  readonly firings: ReadonlyMap<string, string>;
  /** The last firing of each window, by `sensor/start`. */
  readonly newest: ReadonlyMap<string, string>;
  /** `shard/offset` of what came too late, and of what could not be counted. */
  readonly late: ReadonlySet<string>;
  readonly dead: ReadonlySet<string>;
  readonly counted: number;
}

interface Window {
  readonly values: number[];
  revision: number;
}

export function expectedOf({ shards, settings }: Plan): Expected {
  const { sizeMs, maxOutOfOrdernessMs, allowedLatenessMs } = settings;
  const firings = new Map<string, string>();
  const newest = new Map<string, string>();
  const late = new Set<string>();
  const dead = new Set<string>();
  let counted = 0;
  for (const { id, records } of shards) {
    const windows = new Map<string, Window>();
    const fire = (name: string, window: Window) => {
      window.revision++;
      const text = JSON.stringify(valuesOf(window.values));
      firings.set(`${name}/${window.revision}`, text);
      newest.set(name, `${window.revision} ${text}`);
    };
    let watermark = -Infinity;
    for (const { offset, partitionKey, arrivalTimeMs, data } of records) {
      const text = new TextDecoder().decode(data);
      const reading = text.startsWith('{') ? (JSON.parse(text) as { sensor: string; atMs: number; value: number }) : undefined;
      if (reading === undefined || reading.sensor !== partitionKey || reading.atMs > arrivalTimeMs + 60_000) {
        dead.add(`${id}/${offset}`);
        continue;
      }
      const start = Math.floor(reading.atMs / sizeMs) * sizeMs;
      const end = start + sizeMs;
      if (end + allowedLatenessMs <= watermark) {
        late.add(`${id}/${offset}`);
        continue;
      }
      counted++;
      const name = `${reading.sensor}/${start}`;
      const window = windows.get(name) ?? { values: [], revision: 0 };
      windows.set(name, window);
      window.values.push(reading.value);
      if (end <= watermark) fire(name, window);
      const next = Math.max(watermark, reading.atMs - maxOutOfOrdernessMs);
      for (const [other, candidate] of windows) {
        const itsEnd = Number(other.slice(other.lastIndexOf('/') + 1)) + sizeMs;
        if (itsEnd > watermark && itsEnd <= next) fire(other, candidate);
      }
      watermark = next;
    }
  }
  return { firings, newest, late, dead, counted };
}

function valuesOf(values: readonly number[]): Record<string, number> {
  const total = values.reduce((sum, value) => sum + value, 0);
  return { readings: values.length, total, mean: total / values.length, highest: Math.max(...values) };
}
