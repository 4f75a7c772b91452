import { describe, expect, it } from '@jest/globals';
import { MemoryShards } from '../../../adapters/memory/shards.ts';
import { HashRanges } from '../../../adapters/kinesis/hash-ranges.ts';
import { Routing } from '../../../adapters/kinesis/routing.ts';
import type { ShardCatalog } from '../../../engine/ports.ts';
import { hashOfKey, MAX_HASH } from '../../../engine/codec/key-hash.ts';
import { SHARD } from '../../support/samples.ts';

const MIDDLE = hashOfKey('a');

describe('a key', () => {
  it('hashes as Kinesis does: MD5 of its UTF-8, as a number of 128 bits', () => {
    expect(hashOfKey('')).toBe(0xd41d8cd98f00b204e9800998ecf8427en);
    expect(hashOfKey('é')).toBe(0x66ddcd97cfdeabb2f6fb8a999b4bc76fn);
  });

  it('belongs to the one shard whose range holds its hash, both ends included (PL-24)', () => {
    const refusals = [
      { fromHash: MIDDLE, toHash: MIDDLE },
      { fromHash: 0n, toHash: MIDDLE - 1n },
      { fromHash: MIDDLE + 1n, toHash: MAX_HASH },
      { fromHash: 0n, toHash: MAX_HASH },
    ].map((range) => new Routing(range, 'shards').refusal('a')?.code);
    expect(refusals).toEqual([undefined, 'KEY_OUTSIDE_SHARD', 'KEY_OUTSIDE_SHARD', undefined]);
  });

  it('is judged the same the second time', () => {
    const routing = new Routing({ fromHash: 0n, toHash: MIDDLE - 1n }, 'shards');
    expect([routing.refusal('a')?.code, routing.refusal('a')?.code]).toEqual([
      'KEY_OUTSIDE_SHARD',
      'KEY_OUTSIDE_SHARD',
    ]);
  });
});

describe('an explicit hash key inside an aggregated record', () => {
  const here = { fromHash: MIDDLE, toHash: MIDDLE + 10n };

  it('that leads to the same shard as the key is no objection', () => {
    expect(new Routing(here, 'shards').packedRefusal('a', String(MIDDLE + 10n))).toBeUndefined();
  });

  it('of another shard is: the producer sends the record again (R-16)', () => {
    expect(new Routing(here, 'shards').packedRefusal('a', String(MIDDLE + 11n))).toMatchObject({
      kind: 'data',
      code: 'HASH_KEY_OUTSIDE_SHARD',
      message:
        'explicit hash key must lie in the hash range of its shard, got one of another shard; the KPL sends it again, other producers must pack by shard',
    });
  });

  it('of this shard does not help a key of another: state goes by the key', () => {
    expect(new Routing({ fromHash: 0n, toHash: MIDDLE - 1n }, 'shards').packedRefusal('a', '5')).toMatchObject({
      code: 'KEY_OUTSIDE_SHARD',
      message:
        'partition key must hash into the range of its shard, got one of another shard; put it without an explicit hash key (a packed record with a stale shard map is sent again by the KPL)',
    });
  });

  it.each(['', 'x', '-1', '1.5', '0x10', '01', ' 1', '340282366920938463463374607431768211456', '9'.repeat(1_000_000)])(
    'that is no hash is refused: %.20s',
    (hashKey) => {
      expect(new Routing({ fromHash: 0n, toHash: MAX_HASH }, 'shards').packedRefusal('a', hashKey)).toMatchObject({
        code: 'HASH_KEY_INVALID',
        message: 'explicit hash key must be a decimal number in [0, 2^128), got something else; correct the producer',
      });
    },
  );
});

describe('a key that an exchange places', () => {
  const elsewhere = new Routing({ fromHash: 0n, toHash: MIDDLE - 1n }, 'exchange');

  it('counts in whatever shard its record was put into by itself', () => {
    expect(elsewhere.refusal('a')).toBeUndefined();
  });

  it('counts in the shard that the explicit hash key of a packed record leads to', () => {
    expect(elsewhere.packedRefusal('a', '5')).toBeUndefined();
  });

  it('is refused where the KPL has packed it for a shard that was split since, for the KPL sends it again', () => {
    expect(elsewhere.packedRefusal('a')).toMatchObject({ code: 'KEY_OUTSIDE_SHARD' });
    expect(elsewhere.packedRefusal('a', String(MIDDLE))).toMatchObject({ code: 'HASH_KEY_OUTSIDE_SHARD' });
  });
});

describe('the range of a shard', () => {
  it('is asked for once, and again for a shard that is new', async () => {
    const shards = new MemoryShards();
    let asked = 0;
    const counting: ShardCatalog = Object.assign(new MemoryShards(), { shards: () => (asked++, shards.shards()) });
    shards.known.set(SHARD.partition, { fromHash: 0n, toHash: 5n, parents: [] });
    const ranges = new HashRanges(counting);
    expect(await ranges.of(SHARD)).toEqual({ fromHash: 0n, toHash: 5n });
    await ranges.of(SHARD);
    expect(asked).toBe(1);
    shards.known.set('shardId-000000000001', { fromHash: 0n, toHash: 2n, parents: [SHARD.partition] });
    expect(await ranges.of({ ...SHARD, partition: 'shardId-000000000001' })).toEqual({ fromHash: 0n, toHash: 2n });
    expect(asked).toBe(2);
  });

  it('that the stream does not tell keeps the batch waiting: nothing is counted on a guess', async () => {
    await expect(new HashRanges(new MemoryShards()).of(SHARD)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'SHARD_UNKNOWN',
      message:
        'stream departures must list shardId-000000000000, got no such shard; it is asked again until the records have expired',
    });
  });
});
