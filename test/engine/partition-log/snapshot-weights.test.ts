import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { snapshotPrefix } from '../../../engine/partition-log/log-id.ts';
import { NewObjects } from '../../../engine/partition-log/objects.ts';
import { openLog, type LoadedLog } from '../../../engine/partition-log/open-log.ts';
import { NO_CHAIN } from '../../../engine/partition-log/snapshot-chain.ts';
import { Snapshots } from '../../../engine/partition-log/snapshots.ts';
import { emptyState, type PartitionState } from '../../../engine/state/partition-state.ts';
import { reading, topologyOf } from '../support/readings.ts';
import { World } from '../support/world.ts';

const MIB = 1_048_576;
const SLOTS = 64;
const topology = topologyOf({ sizeMs: 1_000 });

/** A log as its snapshots see it: each commit has a delta of so many bytes. */
class Log {
  readonly world = new World({ topology, slots: SLOTS });
  readonly #state: PartitionState;
  readonly #snapshots: Snapshots;
  #head: LogEntry | undefined;

  constructor(state: PartitionState, loaded: Omit<LoadedLog, 'state' | 'undelivered'>) {
    const { logId, logs, blobs, clock } = this.world;
    const random = { id: () => 'id', unit: () => 0.5 };
    const settings = { topology, logs, blobs, clock, random, slots: SLOTS, inlineLimitBytes: 32_768 };
    this.#state = state;
    this.#head = loaded.head;
    this.#snapshots = new Snapshots(settings, logId, { ...loaded, state, undelivered: [] });
  }

  /** @returns the versions of the snapshots to which the commits point */
  async commit(...deltaBytes: number[]): Promise<number[]> {
    const pointers: number[] = [];
    for (const bytes of deltaBytes) {
      const objects = new NewObjects();
      const pointer = await this.#snapshots.beforeCommit(this.#head, this.#state, objects);
      await objects.put(this.world.blobs);
      this.#head = { ...sample, ...pointer, version: (this.#head?.version ?? 0) + 1 };
      await this.#snapshots.afterCommit(this.#head, bytes);
      pointers.push(pointer.snapshotVersion);
    }
    return pointers;
  }

  /** Of the newest snapshot [bytes]. */
  async weight(): Promise<number> {
    const [key = ''] = (await this.world.blobs.list(snapshotPrefix(this.world.logId))).slice(-1);
    return (await this.world.blobs.get(key))?.length ?? 0;
  }
}

let sample: LogEntry;
let large: PartitionState;
const NEW_LOG = { head: undefined, snapshot: NO_CHAIN, deltaBytes: 0 };
const empty = (): PartitionState => emptyState(topology);

/** A key that does not become shorter when it is compressed, but for its alphabet. */
const randomKey = (): string => randomBytes(1_400).toString('base64');

async function largeState(): Promise<PartitionState> {
  const instance = new World({ topology, slots: SLOTS }).instance();
  await instance.process(...Array.from({ length: 850 }, (_, i) => reading(i, randomKey(), 1)));
  return instance.use(async (log) => log.state);
}

beforeAll(async () => {
  const world = new World({ topology, slots: SLOTS });
  await world.instance().process(reading(1, 'a', 1));
  sample = await world.head();
  large = await largeState();
});

describe('a snapshot before half a ring is over (PL-8)', () => {
  it('is taken as soon as the deltas of several commits are above 1 MiB, not at 1 MiB', async () => {
    expect(await new Log(empty(), NEW_LOG).commit(MIB - 5, 5, 0, 1, 0, 0)).toEqual([0, 0, 0, 0, 4, 4]);
  });

  it('counts the deltas that follow it from 0, beginning with the one of the commit that points to it', async () => {
    const log = new Log(empty(), NEW_LOG);
    expect(await log.commit(MIB + 1, MIB, 0, 1, MIB, 1, 0)).toEqual([0, 1, 1, 1, 4, 4, 6]);
  });

  it('waits until the deltas outweigh the snapshot before, however large that is', async () => {
    const log = new Log(large, NEW_LOG);
    await log.commit(MIB + 1, 0);
    const weight = await log.weight();
    expect(weight).toBeGreaterThan(MIB);
    expect(await log.commit(weight - 1, 1, 0, 1, 0)).toEqual([1, 1, 1, 1, 6]);
  });

  it('is never taken of a log that has no version yet', async () => {
    expect(await new Log(empty(), { ...NEW_LOG, deltaBytes: 2 * MIB }).commit(0)).toEqual([0]);
  });
});

describe('a log that is read again', () => {
  const loaded = (): LoadedLog & { readonly head: LogEntry } => ({
    state: empty(),
    head: { ...sample, version: 6, snapshotVersion: 2, snapshotKey: 'snapshots/of-2' },
    undelivered: [],
    snapshot: { keys: ['snapshots/of-2'], bytes: 3 * MIB, entries: 0 },
    deltaBytes: 2 * MIB,
  });

  it('goes on with the weights of its snapshot and deltas', async () => {
    expect(await new Log(empty(), loaded()).commit(MIB, 1, 0)).toEqual([2, 2, 8]);
  });

  it('compares the deltas with the snapshot that it takes itself from then on', async () => {
    expect(await new Log(empty(), loaded()).commit(MIB + 1, MIB + 1, 0)).toEqual([2, 7, 8]);
  });

  it('goes on with the versions since its snapshot', async () => {
    const zeros = Array.from({ length: SLOTS / 2 }, () => 0);
    const log = new Log(empty(), { ...loaded(), deltaBytes: 0 });
    expect(await log.commit(...zeros)).toEqual(zeros.map((_, i) => (i < SLOTS / 2 - 4 ? 2 : 2 + SLOTS / 2)));
  });

  it('weighs the snapshot to which it points, and the deltas behind that, wherever they are', async () => {
    const world = new World({ topology, slots: 8, inlineLimitBytes: 600 });
    const instance = world.instance();
    for (let i = 1; i <= 6; i++) await instance.process(reading(i, i % 2 === 0 ? randomKey() : 'a', 1));
    const { logs, blobs, clock } = world;
    const random = { id: () => 'id', unit: () => 0.5 };
    const opened = await openLog(
      { topology, logs, blobs, clock, random, slots: 8, inlineLimitBytes: 600 },
      world.logId,
    );
    const entries = await world.entries();
    const bytesOf = async ({ delta }: LogEntry) => ('inline' in delta ? delta.inline : await blobs.get(delta.blobKey));
    const deltas = await Promise.all(entries.filter(({ version }) => version > 4).map(bytesOf));
    expect(entries.map(({ delta }) => 'inline' in delta)).toEqual([true, false, true, false, true, false]);
    expect(opened.head).toMatchObject({ version: 6, snapshotVersion: 4 });
    expect(opened.deltaBytes).toBe(deltas.reduce((sum, bytes) => sum + (bytes?.length ?? NaN), 0));
    expect(opened.snapshot.bytes).toBe((await blobs.get(opened.head?.snapshotKey ?? ''))?.length);
  });
});
