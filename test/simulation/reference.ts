/**
 * What must come out, computed the plain way: shard after shard over its whole list of records and ticks, no batches, no
 * state store, no code of the engine. A child shard goes on with its parents' windows and, key by key, with their time.
 */
import { createHash } from 'node:crypto';
import type { Plan, PlannedShard } from './plan.ts';

/** A tick as the log has it: after this offset, time went on to here. */
export interface LoggedTick {
  readonly after: bigint;
  readonly toMs: number;
}

export interface Expected {
  /** Every firing, as `sensor/start/revision` with its values. */
  readonly firings: ReadonlyMap<string, string>;
  /** The last firing of each window, by `sensor/start`. */
  readonly newest: ReadonlyMap<string, string>;
  /** `shard/offset` of what came too late, and of what could not be counted. */
  readonly late: ReadonlySet<string>;
  readonly dead: ReadonlySet<string>;
  /** `sensor/start` of windows with records that have never fired. */
  readonly waiting: ReadonlySet<string>;
}

interface Window {
  readonly sensor: string;
  readonly endMs: number;
  readonly values: readonly number[];
  readonly revision: number;
}

interface Past {
  readonly windows: ReadonlyMap<string, Window>;
  readonly timeOf: (sensor: string) => number;
  readonly watermark: number;
}

export function expectedOf({ shards, settings }: Plan, ticks: ReadonlyMap<string, readonly LoggedTick[]>): Expected {
  const { sizeMs, maxOutOfOrdernessMs, allowedLatenessMs } = settings;
  const expected = { firings: new Map<string, string>(), newest: new Map<string, string>(), late: new Set<string>(), dead: new Set<string>(), waiting: new Set<string>() };
  const pasts = new Map<string, Past>();

  for (const shard of shards) {
    const parents = shard.parents.map((id) => ({ shard: shards.find((other) => other.id === id) as PlannedShard, past: pasts.get(id) as Past }));
    const windows = new Map<string, Window>();
    for (const { past } of parents) {
      for (const [name, window] of past.windows) if (holds(shard, window.sensor)) windows.set(name, window);
    }
    const before = (sensor: string) => Math.max(-Infinity, ...parents.filter((parent) => holds(parent.shard, sensor)).map(({ past }) => past.timeOf(sensor)));
    let watermark = parents.length === 0 ? -Infinity : Math.min(...parents.map(({ past }) => past.watermark));
    const timeOf = (sensor: string) => Math.max(watermark, before(sensor));

    const fire = (name: string, window: Window) => {
      const fired = { ...window, revision: window.revision + 1 };
      windows.set(name, fired);
      const text = JSON.stringify(valuesOf(fired.values));
      expected.firings.set(`${name}/${fired.revision}`, text);
      expected.newest.set(name, `${fired.revision} ${text}`);
    };
    const moveTo = (next: number) => {
      for (const [name, window] of windows) {
        if (window.endMs > timeOf(window.sensor) && window.endMs <= next) fire(name, window);
      }
      watermark = Math.max(watermark, next);
    };

    const due = [...(ticks.get(shard.id) ?? [])];
    for (const { offset, partitionKey, arrivalTimeMs, data } of shard.records) {
      while (due[0] !== undefined && due[0].after < offset) moveTo((due.shift() as LoggedTick).toMs);
      const text = new TextDecoder().decode(data);
      const reading = text.startsWith('{') ? (JSON.parse(text) as { sensor: string; atMs: number; value: number }) : undefined;
      if (reading === undefined || reading.sensor !== partitionKey || reading.atMs > arrivalTimeMs + 60_000) {
        expected.dead.add(`${shard.id}/${offset}`);
        continue;
      }
      const { sensor, atMs, value } = reading;
      const start = Math.floor(atMs / sizeMs) * sizeMs;
      const endMs = start + sizeMs;
      if (endMs + allowedLatenessMs <= timeOf(sensor)) {
        expected.late.add(`${shard.id}/${offset}`);
        continue;
      }
      const name = `${sensor}/${start}`;
      const known = windows.get(name) ?? { sensor, endMs, values: [], revision: 0 };
      const window = { ...known, values: [...known.values, value] };
      windows.set(name, window);
      if (endMs <= timeOf(sensor)) fire(name, window);
      moveTo(atMs - maxOutOfOrdernessMs);
    }
    for (const { toMs } of due) moveTo(toMs);
    pasts.set(shard.id, { windows, timeOf, watermark });
  }
  const parents = new Set(shards.flatMap((shard) => shard.parents));
  for (const [id, { windows }] of pasts) {
    if (parents.has(id)) continue;
    for (const [name, { revision }] of windows) if (revision === 0) expected.waiting.add(name);
  }
  return expected;
}

function holds({ fromHash, toHash }: PlannedShard, sensor: string): boolean {
  const hash = BigInt(`0x${createHash('md5').update(sensor).digest('hex')}`);
  return fromHash <= hash && hash <= toHash;
}

function valuesOf(values: readonly number[]): Record<string, number> {
  const total = values.reduce((sum, value) => sum + value, 0);
  return { readings: values.length, total, mean: total / values.length, highest: Math.max(...values) };
}
