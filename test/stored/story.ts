import type { Pipeline } from '../../engine/index.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import type { Packing } from '../../engine/partition-log/snapshot-writer.ts';
import { ExchangeWorld, type Instance } from '../engine/exchange/exchange-world.ts';

/** One thing that happens to a pipeline. */
export type Step =
  | { readonly put: string; readonly bodies: readonly unknown[] }
  | { readonly reshard: readonly string[]; readonly into: readonly string[] }
  | { readonly tickAtMs: number };

/** A pipeline whose state was written by one release and goes on with another. */
export interface Story {
  readonly name: string;
  readonly pipeline: Pipeline;
  /** How large groups go into snapshots. @default as deployed */
  readonly packing?: Packing;
  /** Shards of the first generation. */
  readonly shards: readonly string[];
  /** By the release that wrote the state. */
  readonly before: readonly Step[];
  /** By the one that reads it. */
  readonly after: readonly Step[];
}

/** Few, so that the ring goes round and snapshots are taken. */
const SLOTS = 8;
/** A body above it goes into an object. */
const INLINE_LIMIT_BYTES = 600;

/** What a release leaves behind: its tables and its objects. */
export interface Stored {
  readonly entries: ReadonlyArray<{ readonly logId: string; readonly slot: number; readonly entry: LogEntry }>;
  readonly blobs: ReadonlyArray<{ readonly key: string; readonly bytes: Uint8Array }>;
}

/** What the first part leaves behind, by the release that this code is. */
export async function write(story: Story): Promise<Stored> {
  const { world } = await begun(story);
  const newest = new Map(
    world.logs.puts.map(({ logId, slot, entry }) => [`${logId}#${slot}`, { logId, slot, entry }] as const),
  );
  const blobs = (await world.blobs.list('')).map(async (key) => ({
    key,
    bytes: (await world.blobs.get(key)) ?? new Uint8Array(),
  }));
  return { entries: [...newest.values()], blobs: await Promise.all(blobs) };
}

/** Goes on with what is stored. @returns each row that came out since, as text */
export async function goOn(story: Story, { entries, blobs }: Stored): Promise<Set<string>> {
  const world = worldOf(story);
  world.world.commitIds = 'next';
  for (const { logId, slot, entry } of entries) await world.world.logs.put(logId, slot, entry, undefined);
  for (const { key, bytes } of blobs) await world.world.blobs.putIfAbsent(key, bytes);
  await play(world, undefined, story.before);
  await play(world, world.instance(), story.after);
  return deliveredBy(world);
}

/** Both parts by one release, which is warm all the time. @returns each row of the first part, and of both */
export async function uninterrupted(
  story: Story,
): Promise<{ readonly first: ReadonlySet<string>; readonly all: ReadonlySet<string> }> {
  const world = worldOf(story);
  const instance = world.instance();
  await play(world, instance, story.before);
  const first = deliveredBy(world);
  await play(world, instance, story.after);
  return { first, all: deliveredBy(world) };
}

async function begun(story: Story): Promise<ExchangeWorld> {
  const world = worldOf(story);
  await play(world, world.instance(), story.before);
  return world;
}

function worldOf({ pipeline, packing, shards }: Story): ExchangeWorld {
  const settings = { slots: SLOTS, inlineLimitBytes: INLINE_LIMIT_BYTES };
  const world = new ExchangeWorld(pipeline, packing === undefined ? settings : { ...settings, packing });
  world.open(...shards);
  return world;
}

/** @param instance takes what is put; undefined: the source has it, and it was taken before */
async function play(world: ExchangeWorld, instance: Instance | undefined, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if ('put' in step) {
      const records = world.putBodies(
        step.put,
        step.bodies.map((body) => ({ body })),
      );
      for (const [i, record] of records.entries()) Object.assign(record, { partitionKey: keyOf(step.bodies[i]) });
      if (instance === undefined) continue;
      await world.take(instance, step.put, records);
    } else if ('reshard' in step) world.reshard(step.reshard, ...step.into);
    else if (instance !== undefined) await world.tick(instance, step.tickAtMs);
    if (instance !== undefined) await world.receiveAll(instance);
  }
}

/** What a producer gives as partition key: nothing else can be the key without an exchange. */
function keyOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'key' in body ? String(body.key) : 'none';
}

function deliveredBy({ world: { sink } }: ExchangeWorld): Set<string> {
  const { results, lateRecords, sideOutputs, deadLetters } = sink;
  return new Set(
    Object.entries({ results, lateRecords, sideOutputs, deadLetters }).flatMap(([output, rows]) =>
      rows.map((row) => JSON.stringify({ output, ...row }, asText)),
    ),
  );
}

function asText(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  // A Buffer has made itself an object by now: look at what it was.
  const original = this[name];
  return original instanceof Uint8Array ? Buffer.from(original).toString('base64') : value;
}
