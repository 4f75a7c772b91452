import { MemoryBlobStore } from '../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../adapters/memory/log-store.ts';
import { MemorySink } from '../adapters/memory/sink.ts';
import { count, kinesis, pipeline, resultTable, session, sum } from '../engine/index.ts';
import type { SourceRecord } from '../engine/record.ts';
import { processBatch } from '../engine/process-batch.ts';
import type { Processor } from '../engine/processor.ts';
import { SeededRandom } from '../test/simulation/world/random.ts';
import { requireSame } from './equality.ts';
import { freshProcessor } from './processor.ts';
import { Reading, SHARD } from './readings.ts';
import { interleave, mapFigure, ratioOf, type Figure } from './rounds.ts';

export interface OpenSessionsSettings {
  /** Of each round. */
  readonly records: number;
  readonly rounds: number;
}

export interface OpenSessionsCost {
  readonly records: number;
  readonly batchSize: number;
  readonly loads: ReadonlyArray<{
    readonly name: LoadName;
    /** Event to stored commit [µs per record]. */
    readonly microseconds: Figure;
    /** By the time of the first load in the same round. */
    readonly ratio: Figure;
  }>;
}

/** How many sessions are open all the time, and of how many keys. */
const LOADS = {
  '1,000 keys, one each': { keys: 1_000, sessions: 1 },
  '1 key, 1,000': { keys: 1, sessions: 1_000 },
  '8,000 keys, one each': { keys: 8_000, sessions: 1 },
  '1 key, 8,000': { keys: 1, sessions: 8_000 },
} as const;
type LoadName = keyof typeof LOADS;
const NAMES = Object.keys(LOADS) as LoadName[];

const BATCH_SIZE = 1_000;
const GAP_MS = 1_000;
/** Sessions of a key begin so far apart: they never meet. */
const APART_MS = 10 * GAP_MS;
const START_MS = Date.UTC(2026, 0);
const END_MS = START_MS + 365 * 86_400_000;

const { topology } = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'device', schema: Reading }))
  .eventTime((reading) => reading.timeMs, { maxOutOfOrdernessMs: 30 * 86_400_000 })
  .keyBy('device')
  .window(session({ gapMs: GAP_MS }))
  .aggregate({ readings: count(), total: sum('value') })
  .to(resultTable());

/** What a record costs that falls into one of many open sessions: of as many keys, or all of one. */
export async function measureOpenSessions({ records, rounds }: OpenSessionsSettings): Promise<OpenSessionsCost> {
  const loads = Object.fromEntries(NAMES.map((name) => [name, new OpenSessions(LOADS[name])])) as Record<
    LoadName,
    OpenSessions
  >;
  for (const load of Object.values(loads)) await load.begin();
  const times = await interleave(
    rounds,
    Object.fromEntries(NAMES.map((name) => [name, () => loads[name].touch(records)])) as Record<
      LoadName,
      () => Promise<void>
    >,
  );
  for (const [name, load] of Object.entries(loads)) await load.requireRightResults(name);
  return {
    records,
    batchSize: BATCH_SIZE,
    loads: NAMES.map((name) => ({
      name,
      microseconds: mapFigure(times[name], (ms) => (ms * 1_000) / records),
      ratio: ratioOf(times[name], times['1,000 keys, one each']),
    })),
  };
}

class OpenSessions {
  readonly #keys: number;
  readonly #sessions: number;
  readonly #sink = new MemorySink();
  readonly #processor: Processor;
  readonly #random = new SeededRandom(1);
  readonly #readings: number[];
  #offset = 0;

  constructor({ keys, sessions }: { readonly keys: number; readonly sessions: number }) {
    this.#keys = keys;
    this.#sessions = sessions;
    this.#readings = Array.from({ length: keys * sessions }, () => 0);
    this.#processor = freshProcessor(
      topology,
      { logs: new MemoryLogStore(), blobs: new MemoryBlobStore() },
      this.#sink,
    );
  }

  /** Opens every session. */
  async begin(): Promise<void> {
    await this.#process(this.#readings.map((_, place) => this.#record(place, 0)));
  }

  /** Some of them at random, which grow. */
  async touch(records: number): Promise<void> {
    await this.#process(
      Array.from({ length: records }, () =>
        this.#record(this.#random.between(0, this.#readings.length - 1), this.#random.between(0, GAP_MS - 1)),
      ),
    );
  }

  /** Each session has come out once, with all of its readings. @throws when it has not */
  async requireRightResults(name: string): Promise<void> {
    await this.#process([this.#recordOf('the end', END_MS, 0)]);
    const counted = new Map(
      this.#sink.results.map(({ key, windowStartMs, values }) => [`${key} ${windowStartMs}`, values['readings']]),
    );
    this.#readings.forEach((readings, place) =>
      requireSame(
        `readings of session ${place} of ${name}`,
        readings,
        counted.get(`${this.#keyOf(place)} ${this.#startOf(place)}`),
      ),
    );
    requireSame(`sessions of ${name}`, this.#readings.length, counted.size);
  }

  async #process(records: readonly SourceRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += BATCH_SIZE)
      await processBatch(this.#processor, { partition: SHARD, records: records.slice(from, from + BATCH_SIZE) });
  }

  #record(place: number, afterMs: number): SourceRecord {
    this.#readings[place] = (this.#readings[place] as number) + 1;
    return this.#recordOf(this.#keyOf(place), this.#startOf(place) + afterMs, afterMs);
  }

  #recordOf(device: string, timeMs: number, value: number): SourceRecord {
    this.#offset++;
    return {
      offset: BigInt(this.#offset),
      subSequence: 0,
      partitionKey: device,
      arrivalTimeMs: END_MS,
      data: Buffer.from(JSON.stringify({ device, timeMs, value })),
    };
  }

  #keyOf(place: number): string {
    return `device-${place % this.#keys}`;
  }

  #startOf(place: number): number {
    return START_MS + (Math.floor(place / this.#keys) % this.#sessions) * APART_MS;
  }
}
