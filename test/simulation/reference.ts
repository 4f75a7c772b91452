/**
 * What must come out, computed the plain way: shard after shard over its whole list of records and ticks, no batches, no
 * state store, no code of the engine. A child shard goes on with its parents' keys and, key by key, with their time.
 */
import type { AcceptedRecord, Cut } from './accepted.ts';
import type { PlainArrival, PlainClock, PlainKey, PlainRow, Reading } from './pipelines/simulated-pipeline.ts';
import { reachedBefore } from './lineage.ts';
import { nameOf, streamOf, type Plan, type PlannedPart, type PlannedRecord, type PlannedShard } from './plan.ts';
import { placesKeys, rowsOf, type PlacedReading } from './plan/exchange.ts';
import { hashOf } from './plan/shard-planner.ts';
import { clockOf } from './plan/timestamps.ts';
import { partitionOf } from '../../adapters/kafka/partitioner.ts';

/** What the log has between two records: after this offset, time went on to here, or to the cut. */
export interface LoggedTick {
  readonly after: bigint;
  readonly toMs: number;
  readonly processingTimeMs: number;
  /** It moves processing time: what an earlier commit has left of a move is done then. */
  readonly isLater: boolean;
  readonly fingerprint: string;
  readonly cut: Cut | undefined;
}

/** A result, and the shard of which it is. */
export type SaidRow = PlainRow & Said;

/** `nameOf` the shard. */
interface Said {
  readonly log: string;
}

export interface Expected {
  /** What comes out for each key, in this order. */
  readonly rows: ReadonlyMap<string, readonly SaidRow[]>;
  /** What goes beside the results, for each key, in this order. */
  readonly beside: ReadonlyMap<string, readonly Beside[]>;
  /** `source/incarnation/shard/offset/place` of what came too late, and of what could not be counted. */
  readonly late: ReadonlySet<string>;
  readonly dead: ReadonlySet<string>;
  /** By open shard: `sensor/what` of all that has never come out, though time alone would bring it. */
  readonly waiting: ReadonlyMap<PlannedShard, readonly string[]>;
  /** What goes through the exchange, shard by shard. */
  readonly sent: readonly SentRow[];
}

/** A row, and the shard that sends it. */
export interface SentRow extends PlainArrival, Said {
  readonly row: PlacedReading;
}

export interface Beside extends Said {
  readonly output: string;
  readonly eventTimeMs: number;
  readonly value: unknown;
}

/** A shard at its end. */
interface Past {
  readonly shard: PlannedShard;
  readonly keys: ReadonlyMap<string, PlainKey>;
  readonly timeOf: (sensor: string) => number;
  readonly watermarkMs: number;
  readonly processingTimeMs: number;
}

/** What is known of a shard once all is over. */
export interface Taken {
  readonly shard: PlannedShard;
  /** Records that its log has taken. */
  readonly records: readonly AcceptedRecord[];
  readonly ticks: readonly LoggedTick[];
}

interface Out {
  readonly rows: Map<string, SaidRow[]>;
  readonly beside: Map<string, Beside[]>;
  readonly late: Set<string>;
  readonly dead: Set<string>;
  readonly sent: SentRow[];
}

/**
 * @param partitionsOf a shard's topic, when it was first read: more or fewer move keys
 * @param laterFingerprint of the later definition
 */
export function expectedOf(
  plan: Plan,
  all: readonly Taken[],
  partitionsOf: (shard: PlannedShard) => number,
  laterFingerprint: string,
): Expected {
  const out: Out = { rows: new Map(), beside: new Map(), late: new Set(), dead: new Set(), sent: [] };
  const pasts = new Map<string, Past>();
  for (const taken of all) {
    const { shard } = taken;
    const parents = shard.parents.map((id) => pasts.get(nameOf({ ...shard, id })) as Past);
    const floorMs = reachedBefore(
      plan.shards,
      streamOf(nameOf(shard)),
      (end) => (pasts.get(nameOf(end)) as Past).watermarkMs,
    );
    pasts.set(
      nameOf(shard),
      new PlainShard(plan, shard, parents, out, partitionsOf(shard), floorMs).live(taken, laterFingerprint),
    );
  }
  const last = all.at(-1)?.shard;
  const parents = new Set(all.flatMap(({ shard }) => shard.parents.map((id) => nameOf({ ...shard, id }))));
  // Nobody ticks a stream that is gone.
  const open = [...pasts].filter(
    ([name, { shard }]) => !parents.has(name) && isOfOneStream(shard, last) && shard !== plan.untold,
  );
  const waitingIn = ({ keys }: Past) =>
    [...keys].flatMap(([sensor, key]) => key.waiting.map((what) => `${sensor}/${what}`));
  return { ...out, waiting: new Map(open.map(([, past]) => [past.shard, waitingIn(past)])) };
}

const isOfOneStream = (one: PlannedShard, other: PlannedShard | undefined): boolean =>
  other !== undefined && streamOf(nameOf(one)) === streamOf(nameOf(other));

class PlainShard {
  readonly #plan: Plan;
  readonly #shard: PlannedShard;
  readonly #parents: readonly Past[];
  readonly #out: Out;
  readonly #partitions: number;
  /** Behind it the sources before its own had ended: below that its rows are late (PL-44). */
  readonly #floorMs: number;
  readonly #keys: Map<string, PlainKey>;
  /** All that is due up to here has come out. */
  #watermarkMs: number;
  /** Further than that in the middle of a move. */
  #targetMs = -Infinity;
  #processingTimeMs: number;
  #isProcessingCut = false;
  #isLater = false;

  constructor(
    plan: Plan,
    shard: PlannedShard,
    parents: readonly Past[],
    out: Out,
    partitions: number,
    floorMs: number,
  ) {
    this.#plan = plan;
    this.#shard = shard;
    this.#parents = parents;
    this.#out = out;
    this.#partitions = partitions;
    this.#floorMs = floorMs;
    this.#keys = new Map(parents.flatMap(({ keys }) => [...keys].filter(([sensor]) => holds(shard, sensor))));
    this.#watermarkMs = parents.length === 0 ? -Infinity : Math.min(...parents.map(({ watermarkMs }) => watermarkMs));
    this.#processingTimeMs = Math.max(-Infinity, ...parents.map(({ processingTimeMs }) => processingTimeMs));
  }

  live({ records, ticks }: Taken, laterFingerprint: string): Past {
    const due = [...ticks];
    const tick = ({ toMs, processingTimeMs, isLater, fingerprint, cut }: LoggedTick) => {
      this.#isLater = fingerprint === laterFingerprint;
      if (isLater) this.#finish();
      this.#moveProcessing(processingTimeMs, cut);
      this.#moveTo(toMs, cut);
    };
    for (const { offset, parts = [undefined], fingerprint, cut, ...arrived } of records) {
      while (due[0] !== undefined && due[0].after < offset) tick(due.shift() as LoggedTick);
      this.#isLater = fingerprint === laterFingerprint;
      this.#finish();
      parts.forEach((part, place) => {
        const isLast = place === parts.length - 1;
        const at = `${nameOf(this.#shard)}/${offset}/${place}`;
        this.#take(at, arrived, part, isLast ? cut : undefined);
      });
      // The record behind it waits for what its arrival has made due.
      if (cut?.domain === 'processing') this.#moveProcessing(cut.toMs, cut);
    }
    due.forEach(tick);
    this.#finish();
    return {
      shard: this.#shard,
      keys: this.#keys,
      timeOf: (sensor) => this.#timeOf(sensor),
      watermarkMs: this.#watermarkMs,
      processingTimeMs: this.#processingTimeMs,
    };
  }

  #take(
    place: string,
    { timestamp, arrivalTimeMs, isPacked }: Pick<PlannedRecord, 'timestamp' | 'arrivalTimeMs' | 'isPacked'>,
    part: PlannedPart | undefined,
    cut: Cut | undefined,
  ): void {
    const clockMs = clockOf(timestamp, arrivalTimeMs);
    const reading = part?.text.startsWith('{') === true ? (JSON.parse(part.text) as Reading) : undefined;
    if (
      part === undefined ||
      reading === undefined ||
      !this.#belongs(part, isPacked === true) ||
      (reading.sensor !== part.partitionKey && !placesKeys(this.#plan.exchange)) ||
      clockMs === undefined ||
      reading.atMs > clockMs + 60_000
    ) {
      this.#out.dead.add(place);
      return;
    }
    // What is refused moves no clock.
    this.#moveProcessing(Math.min(timestamp?.ms ?? Infinity, arrivalTimeMs));
    const { pipeline, settings, exchange } = this.#plan;
    const { sensor, atMs } = reading;
    if (placesKeys(exchange)) {
      this.#send(rowsOf(reading, exchange));
      return this.#moveTo(atMs - settings.maxOutOfOrdernessMs, cut);
    }
    const key = this.#keys.get(sensor) ?? pipeline.key(sensor, settings);
    this.#keys.set(sensor, key);
    if (key.take(reading, this.#clock(sensor))) this.#moveTo(atMs - settings.maxOutOfOrdernessMs, cut);
    else this.#out.late.add(place);
  }

  /** Each with the time that the shard had before the record of which they are (PL-29). */
  #send(rows: readonly PlacedReading[]): void {
    const log = nameOf(this.#shard);
    const watermarkMs = Math.max(this.#watermarkMs, this.#floorMs);
    for (const row of rows) this.#out.sent.push({ log, row, atMs: row.atMs, value: row.value, watermarkMs });
  }

  #belongs(part: PlannedPart, isPacked: boolean): boolean {
    const { kind, exchange } = this.#plan;
    // Before an exchange any shard may hold any key, but for what its packer sends again where it belongs.
    if (placesKeys(exchange)) return !isPacked || wasPackedFor(this.#shard, part);
    if (kind === 'kafka')
      return String(partitionOf(Buffer.from(part.partitionKey), this.#partitions)) === this.#shard.id;
    return livesIn(this.#shard, part);
  }

  #timeOf(sensor: string): number {
    const before = this.#parents.filter(({ shard }) => holds(shard, sensor)).map(({ timeOf }) => timeOf(sensor));
    return Math.max(this.#watermarkMs, ...before);
  }

  /** All that an earlier commit has left of its moves. */
  #finish(): void {
    this.#moveProcessing(this.#processingTimeMs);
    this.#moveTo(this.#targetMs);
  }

  /** @param cut where the commit has left the move, which goes on with the next one */
  #moveTo(targetMs: number, cut?: Cut): void {
    this.#targetMs = Math.max(this.#targetMs, targetMs);
    const toMs = cut?.domain === 'event' ? cut.firedMs : targetMs;
    if (toMs <= this.#watermarkMs) return;
    for (const [sensor, key] of this.#keys) key.advance(toMs, this.#clock(sensor));
    this.#watermarkMs = toMs;
  }

  #moveProcessing(nowMs: number, cut?: Cut): void {
    if (nowMs <= this.#processingTimeMs && !this.#isProcessingCut) return;
    this.#processingTimeMs = nowMs;
    this.#isProcessingCut = cut?.domain === 'processing';
    const toMs = cut?.domain === 'processing' ? cut.firedMs : nowMs;
    for (const [sensor, key] of this.#keys) key.advanceProcessing(toMs, this.#clock(sensor));
  }

  #clock(sensor: string): PlainClock {
    const log = nameOf(this.#shard);
    return {
      keyMs: this.#timeOf(sensor),
      processingTimeMs: this.#processingTimeMs,
      isLater: this.#isLater,
      emit: (row) => append(this.#out.rows, sensor, { ...row, log }),
      emitTo: (output, eventTimeMs, value) => append(this.#out.beside, sensor, { log, output, eventTimeMs, value }),
    };
  }
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function wasPackedFor(shard: PlannedShard, { partitionKey, explicitHashKey }: PlannedPart): boolean {
  if (explicitHashKey === undefined) return holds(shard, partitionKey);
  return /^\d+$/.test(explicitHashKey) && contains(shard, BigInt(explicitHashKey));
}

/** A key lives where its hash does; what says otherwise about itself is counted nowhere. */
function livesIn(shard: PlannedShard, { partitionKey, explicitHashKey }: PlannedPart): boolean {
  const isThere =
    explicitHashKey === undefined || (/^\d+$/.test(explicitHashKey) && contains(shard, BigInt(explicitHashKey)));
  return isThere && holds(shard, partitionKey);
}

const holds = (shard: PlannedShard, key: string): boolean => contains(shard, hashOf(key));

const contains = ({ fromHash, toHash }: PlannedShard, hash: bigint): boolean => fromHash <= hash && hash <= toHash;
