import { describe, expect, it } from '@jest/globals';
import { snapshotPrefix } from '../../../engine/partition-log/log-id.ts';
import { hasSegments } from '../../../engine/partition-log/snapshot.ts';
import { encodeSnapshot, PACKING, type Packing } from '../../../engine/partition-log/snapshot-writer.ts';
import { count, custom, max, mean, min, sum } from '../../../engine/index.ts';
import { PackedEntries } from '../../../engine/state/packed/packed-entries.ts';
import type { PartitionState } from '../../../engine/state/partition-state.ts';
import { progressOf } from '../../../engine/state/progress.ts';
import { changeForm, currentForm, olderForm } from '../../../engine/state/state-form.ts';
import { stateSchemaOf } from '../../../engine/codec/fingerprint.ts';
import { decodeSnapshot, Partition } from '../support/state.ts';
import { reading, topologyOf } from '../support/readings.ts';
import { World } from '../support/world.ts';

const SMALL: Packing = { fromEntries: 4, segmentEntries: 2, entriesPerCommit: 3, chainShare: 0.25 };

/** What `topologyOf` has. */
const AGGREGATES = { n: count(), total: sum('value'), least: min('value'), most: max('value'), average: mean('value') };

/** One reading each of `keys` keys in one window. */
async function fill(world: World, keys: number): Promise<void> {
  const all = Array.from({ length: keys }, (_, i) => reading(i + 1, `key-${i}`, i % 10, i));
  await world.instance().process(...all);
}

describe('snapshots of large groups (PL-8)', () => {
  it('are written over several commits, and are of the version at which they were begun', async () => {
    const world = new World({ slots: 64, topology: topologyOf({ sizeMs: 1_000_000 }), packing: SMALL });
    await fill(world, 20);
    const instance = world.instance();
    const pointers: number[] = [];
    for (let i = 1; i <= 60; i++) {
      await instance.process(reading(100 + i, `key-${i % 25}`, i, i));
      pointers.push((await world.head()).snapshotVersion);
    }
    const first = pointers.findIndex((version) => version > 0);
    expect(pointers[first]).toBe(32);
    // 25 entries, three a commit or a segment more.
    expect(first).toBeGreaterThan(32 + 3);
    expect(first).toBeLessThan(48);
  });

  it('are whole before they fill the ring, however little a commit writes of them', async () => {
    const packing = { fromEntries: 1, segmentEntries: 1, entriesPerCommit: 1, chainShare: 0.25 };
    const world = new World({ slots: 16, topology: topologyOf({ sizeMs: 1_000_000 }), packing });
    await fill(world, 100);
    const instance = world.instance();
    for (let i = 1; i <= 100; i++) {
      await instance.process(reading(200 + i, `key-${i % 120}`, i, i));
      const { version, snapshotVersion } = await world.head();
      expect(version - snapshotVersion).toBeLessThanOrEqual(13);
    }
  });

  it('are begun anew by an instance that takes over while one is written', async () => {
    const packing = { fromEntries: 1, segmentEntries: 1, entriesPerCommit: 1, chainShare: 0.25 };
    const world = new World({ slots: 16, topology: topologyOf({ sizeMs: 1_000_000 }), packing });
    await fill(world, 50);
    for (let i = 1; i <= 60; i++) await world.instance().process(reading(200 + i, `key-${i % 70}`, i, i));
    const { version, snapshotVersion } = await world.head();
    expect(version - snapshotVersion).toBeLessThanOrEqual(13);
  });

  it('bring back the state, its results and their revisions', async () => {
    const world = new World({ slots: 8, topology: topologyOf({ sizeMs: 1_000 }), packing: SMALL });
    const instance = world.instance();
    for (let i = 1; i <= 300; i++) await instance.process(reading(i, `key-${i % 17}`, i % 1_000, i));
    const [packed] = await world.instance().use(async ({ state }) => [...(state.tables[0]?.groups.values() ?? [])]);
    expect(packed).toBeInstanceOf(PackedEntries);
    const report = await world.instance().process(reading(301, 'key-0', 1_000));
    expect(report).toMatchObject({ recordsIn: 1, resultsOut: 17 });
    expect(world.sink.results.reduce((total, { values }) => total + Number(values['n']), 0)).toBe(300);
  });

  it('say that releases before cannot read them, and only they', async () => {
    const world = new World({ slots: 4, topology: topologyOf({ sizeMs: 1_000_000 }), packing: SMALL });
    const instance = world.instance();
    await instance.process(reading(1, 'a', 0));
    for (let i = 2; i <= 8; i++) await instance.process(reading(i, 'a', 0));
    expect((await world.head()).codec).toBe(2);
    await instance.process(...Array.from({ length: 9 }, (_, i) => reading(10 + i, `key-${i}`, 0)));
    for (let i = 20; i <= 28; i++) await instance.process(reading(i, 'a', 0));
    const { codec, snapshotKey } = await world.head();
    expect(codec).toBe(3);
    expect(hasSegments((await world.blobs.get(snapshotKey)) as Uint8Array)).toBe(true);
  });

  it('are read into another definition that fits', async () => {
    const long = { sizeMs: 1_000_000, maxClockSkewMs: 10_000_000 };
    const world = new World({ slots: 4, topology: topologyOf(long), packing: SMALL });
    await fill(world, 12);
    const instance = world.instance();
    for (let i = 1; i <= 8; i++) await instance.process(reading(100 + i, 'a', 0));
    expect((await world.head()).codec).toBe(4);
    const topology = topologyOf({ ...long, aggregates: { ...AGGREGATES, again: count() } });
    const successor = world.instance({ topology });
    for (let i = 1; i <= 8; i++) await successor.process(reading(200 + i, 'a', 0));
    await world.instance({ topology }).process(reading(300, 'a', 2_000_000));
    const results = world.sink.results.filter(({ key }) => key !== 'a');
    expect(results).toHaveLength(12);
    expect(results.every(({ values }) => values['n'] === 1 && values['again'] === 0)).toBe(true);
  });

  it('leave alone what code of the pipeline reads and writes', async () => {
    const latest = custom('latest', ({ value }: { value: number }) => value, {
      init: () => 0,
      add: (_: number, value: number) => value,
      merge: (_: number, later: number) => later,
      result: (value: number) => value,
    });
    const topology = topologyOf({ sizeMs: 1_000_000, aggregates: { latest } });
    const world = new World({ slots: 4, topology, packing: SMALL });
    await fill(world, 12);
    const instance = world.instance();
    for (let i = 1; i <= 8; i++) await instance.process(reading(100 + i, 'a', 0));
    expect((await world.head()).codec).toBe(2);
    expect((await world.blobs.list(snapshotPrefix(world.logId))).length).toBeGreaterThan(0);
  });

  it('never give another state when any one byte of them was changed', () => {
    const whole = packedSnapshot();
    const wanted = stateIn(whole);
    for (let at = 0; at < whole.length; at++) {
      const damaged = new Uint8Array(whole);
      damaged[at] = (damaged[at] as number) ^ 0x01;
      // A few bits of the compressed form say nothing.
      expect(stateIn(damaged) ?? wanted).toEqual(wanted);
    }
  });

  it('are refused when they were cut off', () => {
    const whole = packedSnapshot();
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeSnapshot(whole.subarray(0, length), topologyOf({ sizeMs: 1_000_000 }))).toThrow(
        expect.objectContaining({ kind: 'internal' }),
      );
  });

  it('change their form as small groups do (PL-30)', () => {
    const topology = topologyOf({ sizeMs: 1_000_000 });
    const [packed, plain] = [SMALL, PACKING].map((packing) => {
      const partition = new Partition(topology);
      partition.process(...Array.from({ length: 12 }, (_, i) => reading(i + 1, `key-${i}`, i, i)));
      encodeSnapshot({ logId: 'log', version: 1, commitId: 'c' }, partition.state, topology, packing);
      return partition.state;
    }) as [PartitionState, PartitionState];
    const older = olderForm(
      topology,
      stateSchemaOf(topology).filter((line) => !line.includes('average')),
    );
    for (const state of [packed, plain]) changeForm(state, currentForm(topology), older);
    expect(packed.stateHash).toBe(plain.stateHash);
    expect(entriesOf(packed)).toEqual(entriesOf(plain));
  });
});

/** Of twelve keys, in a few segments. */
function packedSnapshot(): Uint8Array {
  const topology = topologyOf({ sizeMs: 1_000_000 });
  const partition = new Partition(topology);
  partition.process(...Array.from({ length: 12 }, (_, i) => reading(i + 1, `key-${i}`, i, i)));
  const bytes = encodeSnapshot({ logId: 'log', version: 1, commitId: 'c' }, partition.state, topology, SMALL);
  expect(hasSegments(bytes)).toBe(true);
  return bytes;
}

function entriesOf({ tables }: PartitionState) {
  return tables.map(({ groups }) => [...groups].map(([group, entries]) => [group, [...entries].sort(byKey)]));
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** What a snapshot says; undefined when it is refused. */
function stateIn(bytes: Uint8Array) {
  try {
    const { header, state } = decodeSnapshot(bytes, topologyOf({ sizeMs: 1_000_000 }));
    const { logId, version, commitId } = header;
    return { logId, version, commitId, progress: progressOf(state), entries: entriesOf(state) };
  } catch (error) {
    expect(String(error)).toMatch(/Error/);
    return undefined;
  }
}
