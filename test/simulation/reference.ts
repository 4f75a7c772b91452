/**
 * What must come out, computed the plain way: shard after shard over its whole list of records and ticks, no batches, no
 * state store, no code of the engine. A child shard goes on with its parents' windows and, key by key, with their time.
 */
import type { AcceptedRecord } from './accepted.ts';
import type { Plan, PlannedPart, PlannedShard } from './plan.ts';
import { hashOf } from './plan/shard-planner.ts';
import { clockOf } from './plan/timestamps.ts';
import { partitionOf } from '../../adapters/kafka/partitioner.ts';

/** A tick as the log has it: after this offset, time went on to here. */
export interface LoggedTick {
  readonly after: bigint;
  readonly toMs: number;
  readonly fingerprint: string;
}

export interface Expected {
  /** Every firing, as `sensor/start/revision` with its values. */
  readonly firings: ReadonlyMap<string, string>;
  /** The last firing of each window, by `sensor/start`. */
  readonly newest: ReadonlyMap<string, string>;
  /** `incarnation/shard/offset/place` of what came too late, and of what could not be counted. */
  readonly late: ReadonlySet<string>;
  readonly dead: ReadonlySet<string>;
  /** `sensor/start` of windows with records that have never fired. */
  readonly waiting: ReadonlySet<string>;
}

interface Counted {
  readonly value: number;
  /** By the later definition, which counts its own aggregate too. */
  readonly isNext: boolean;
}

interface Window {
  readonly sensor: string;
  readonly endMs: number;
  readonly values: readonly Counted[];
  readonly revision: number;
}

interface Past {
  readonly windows: ReadonlyMap<string, Window>;
  readonly timeOf: (sensor: string) => number;
  readonly watermark: number;
}

/** What is known of a shard once all is over. */
export interface Taken {
  readonly shard: PlannedShard;
  /** Records that its log has taken. */
  readonly records: readonly AcceptedRecord[];
  readonly ticks: readonly LoggedTick[];
}

/**
 * @param partitions of a topic, when it was first read: more or fewer move keys
 * @param nextFingerprint of the later definition, which has one aggregate more
 */
export function expectedOf({ settings, kind }: Plan, all: readonly Taken[], partitions: number, nextFingerprint: string): Expected {
  const { sizeMs, advanceMs, maxOutOfOrdernessMs, allowedLatenessMs } = settings;
  const expected = { firings: new Map<string, string>(), newest: new Map<string, string>(), late: new Set<string>(), dead: new Set<string>(), waiting: new Set<string>() };
  const pasts = new Map<string, Past>();
  const shards = all.map(({ shard }) => shard);

  for (const { shard, records, ticks } of all) {
    const nameOf = (id: string) => `${shard.incarnation}/${id}`;
    const parents = shard.parents.map((id) => ({ shard: shards.find((other) => other.id === id && other.incarnation === shard.incarnation) as PlannedShard, past: pasts.get(nameOf(id)) as Past }));
    const windows = new Map<string, Window>();
    for (const { past } of parents) {
      for (const [name, window] of past.windows) if (holds(shard, window.sensor)) windows.set(name, window);
    }
    const before = (sensor: string) => Math.max(-Infinity, ...parents.filter((parent) => holds(parent.shard, sensor)).map(({ past }) => past.timeOf(sensor)));
    let watermark = parents.length === 0 ? -Infinity : Math.min(...parents.map(({ past }) => past.watermark));
    const timeOf = (sensor: string) => Math.max(watermark, before(sensor));

    let isNext = false;
    const fire = (name: string, window: Window) => {
      const fired = { ...window, revision: window.revision + 1 };
      windows.set(name, fired);
      const text = JSON.stringify(valuesOf(fired.values, isNext));
      expected.firings.set(`${name}/${fired.revision}`, text);
      expected.newest.set(name, `${fired.revision} ${text}`);
    };
    const moveTo = (next: number) => {
      for (const [name, window] of windows) {
        if (window.endMs > timeOf(window.sensor) && window.endMs <= next) fire(name, window);
      }
      watermark = Math.max(watermark, next);
    };

    const due = [...ticks];
    const take = (place: string, clockMs: number | undefined, part: PlannedPart | undefined) => {
      const reading = part?.text.startsWith('{') === true ? (JSON.parse(part.text) as { sensor: string; atMs: number; value: number }) : undefined;
      const belongs = part !== undefined && (kind === 'kafka' ? String(partitionOf(Buffer.from(part.partitionKey), partitions)) === shard.id : livesIn(shard, part));
      if (!belongs || reading === undefined || reading.sensor !== part.partitionKey || clockMs === undefined || reading.atMs > clockMs + 60_000) {
        expected.dead.add(place);
        return;
      }
      const { sensor, atMs, value } = reading;
      const starts: number[] = [];
      for (let start = Math.floor(atMs / advanceMs) * advanceMs; start > atMs - sizeMs; start -= advanceMs) starts.push(start);
      const open = starts.filter((start) => start + sizeMs + allowedLatenessMs > timeOf(sensor));
      if (open.length === 0) {
        expected.late.add(place);
        return;
      }
      for (const start of open) {
        const name = `${sensor}/${start}`;
        const known = windows.get(name) ?? { sensor, endMs: start + sizeMs, values: [], revision: 0 };
        const window = { ...known, values: [...known.values, { value, isNext }] };
        windows.set(name, window);
        if (window.endMs <= timeOf(sensor)) fire(name, window);
      }
      moveTo(atMs - maxOutOfOrdernessMs);
    };
    const tick = ({ toMs, fingerprint }: LoggedTick) => {
      isNext = fingerprint === nextFingerprint;
      moveTo(toMs);
    };
    for (const { offset, arrivalTimeMs, timestamp, parts, fingerprint } of records) {
      while (due[0] !== undefined && due[0].after < offset) tick(due.shift() as LoggedTick);
      isNext = fingerprint === nextFingerprint;
      (parts ?? [undefined]).forEach((part, place) => take(`${nameOf(shard.id)}/${offset}/${place}`, clockOf(timestamp, arrivalTimeMs), part));
    }
    due.forEach(tick);
    pasts.set(nameOf(shard.id), { windows, timeOf, watermark });
  }
  const last = shards.at(-1)?.incarnation;
  const parents = new Set(shards.flatMap((shard) => shard.parents.map((id) => `${shard.incarnation}/${id}`)));
  for (const [name, { windows }] of pasts) {
    // Nobody ticks a stream that is gone.
    if (parents.has(name) || !name.startsWith(`${last}/`)) continue;
    for (const [name, { revision }] of windows) if (revision === 0) expected.waiting.add(name);
  }
  return expected;
}

/** A key lives where its hash does; what says otherwise about itself is counted nowhere. */
function livesIn(shard: PlannedShard, { partitionKey, explicitHashKey }: PlannedPart): boolean {
  const isThere = explicitHashKey === undefined || (/^\d+$/.test(explicitHashKey) && contains(shard, BigInt(explicitHashKey)));
  return isThere && holds(shard, partitionKey);
}

const holds = (shard: PlannedShard, key: string): boolean => contains(shard, hashOf(key));

const contains = ({ fromHash, toHash }: PlannedShard, hash: bigint): boolean => fromHash <= hash && hash <= toHash;

function valuesOf(counted: readonly Counted[], isNext: boolean): Record<string, number | null> {
  const values = counted.map(({ value }) => value);
  const total = values.reduce((sum, value) => sum + value, 0);
  const all = { readings: values.length, total, mean: total / values.length, highest: Math.max(...values) };
  const since = counted.filter((one) => one.isNext).map(({ value }) => value);
  return isNext ? { ...all, lowest: since.length === 0 ? null : Math.min(...since) } : all;
}
