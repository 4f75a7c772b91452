import type { KafkaSource } from '../../engine/plan/source.ts';
import { hasKeysInPlace, type Topology } from '../../engine/topology.ts';

/**
 * The partition of a key, as Java's client and those that follow it choose it: murmur2 of the key's bytes, modulo the
 * number of partitions.
 *
 * @see https://kafka.apache.org/documentation/#producerconfigs_partitioner.class
 */
export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** MurmurHash2, 32 bits: without the big integers of the client's own, which would cost more than the rest of a record. */
export function murmur2(data: Buffer): number {
  const { length } = data;
  let hash = SEED ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let word = Math.imul(data.readInt32LE(i), M);
    word = Math.imul(word ^ (word >>> R), M);
    hash = Math.imul(hash, M) ^ word;
  }
  if (length > whole) hash = Math.imul(hash ^ data.readUIntLE(whole, length - whole), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/** What producers choose a key's partition by, as far as it matters: where an exchange places keys any partition may hold any. */
export function checkedPartitioner(
  { partitioner }: Pick<KafkaSource, 'partitioner'>,
  topology: Pick<Topology, 'operators'>,
): KafkaSource['partitioner'] {
  return hasKeysInPlace(topology) ? partitioner : 'any';
}
