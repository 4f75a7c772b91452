import { describe, expect, it } from '@jest/globals';
import { fromLogItem, toLogItem } from '../../../adapters/dynamodb/log-item.ts';
import { ByteReader, ByteWriter } from '../../../engine/codec/bytes.ts';
import { compress, decompress } from '../../../engine/codec/compression.ts';
import { digestOf } from '../../../engine/record-digest.ts';
import { sampleEntry } from '../../support/samples.ts';
import { reading, record, topologyOf } from '../support/readings.ts';
import { decodeSnapshot, Partition } from '../support/state.ts';
import { World } from '../support/world.ts';

describe('the digest in a log', () => {
  it('is that of the last record of the commit, whatever became of the record', async () => {
    const world = new World();
    await world.instance().process(reading(1, 'a', 5), reading(2, 'a', 6));
    expect((await world.head()).reachedDigest).toBe(digestOf(reading(2, 'a', 6)));
    await world.instance().process(record(3, 'no JSON'));
    expect((await world.head()).reachedDigest).toBe(digestOf(record(3, 'no JSON')));
  });

  it('is that of the last place of an aggregated record', async () => {
    const world = new World();
    const places = [0, 1, 2].map((subSequence) => ({ ...reading(1, 'a', subSequence), subSequence }));
    await world.instance().process(...places);
    expect((await world.head()).reachedDigest).toBe(digestOf(places[2]!));
  });

  it('stays where a commit takes no record', async () => {
    const world = new World();
    await world.instance().process(reading(1, 'a', 5));
    await world.instance().use((log) => log.withhold([], []));
    const reachedDigest = digestOf(reading(1, 'a', 5));
    expect(await world.entries()).toMatchObject([
      { version: 1, reachedDigest },
      { version: 2, reachedDigest },
    ]);
  });

  it('comes back with entries and with snapshots', async () => {
    const world = new World({ slots: 4 });
    for (let i = 1; i <= 9; i++) await world.instance().process(reading(i, 'a', i));
    expect((await world.head()).snapshotVersion).toBeGreaterThan(0);
    expect(await world.instance().use(async ({ state }) => state.reachedDigest)).toBe(digestOf(reading(9, 'a', 9)));
    const topology = topologyOf();
    const partition = new Partition(topology);
    partition.state.reachedDigest = 7;
    expect(decodeSnapshot(partition.bytes(), topology).state.reachedDigest).toBe(7);
  });

  it('makes an item a few bytes larger', () => {
    const { reachedDigest, ...rest } = toLogItem('log', 1, sampleEntry(1));
    expect(reachedDigest).toEqual({ N: '4294967295' });
    expect(Object.keys(rest)).toEqual(Object.keys(toLogItem('log', 1, sampleEntry(1, { reachedDigest: undefined }))));
  });
});

describe('a log of the release before, which knew no digests', () => {
  it('has none, in its entries and in its snapshots', () => {
    const { reachedDigest: _, ...attributes } = toLogItem('log', 1, sampleEntry(1));
    expect(fromLogItem(attributes)).toEqual(sampleEntry(1, { reachedDigest: undefined }));
    const topology = topologyOf();
    const partition = new Partition(topology);
    partition.state.reachedDigest = 7;
    const reader = new ByteReader(decompress(partition.bytes()));
    const header = JSON.parse(reader.string()) as { progress: { reachedDigest?: number } };
    delete header.progress.reachedDigest;
    const writer = new ByteWriter();
    writer.string(JSON.stringify(header));
    writer.raw(reader.rest());
    expect(decodeSnapshot(compress(writer.finish()), topology).state.reachedDigest).toBeUndefined();
  });
});
