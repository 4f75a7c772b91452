/**
 * Sequence numbers as Kinesis writes them: decimal, ordered, and with their shard in them.
 *
 * ```
 * bits  184 version of the layout · 148 shard created [s] · 144 shard mod 16 · 80 place · 36 arrived [s] · 4 shard · 0 version
 * ```
 *
 * The first record of a shard has place 1, so that all are larger than the number that the shard starts with.
 */
export interface SequenceNumber {
  readonly shardIndex: number;
  readonly createdSeconds: number;
  /** Of the record in its shard, from 1 on. */
  readonly place: bigint;
}

const VERSION = 2n;
/** Place of the number that a closed shard ends with. */
export const LAST_PLACE = 0x7fff_ffff_ffff_ffffn;
const MAX_DIGITS = 60;

/** @param arrivedSeconds of the record; of a shard's first number, when the shard was created */
export function sequenceNumber(
  { shardIndex, createdSeconds }: Pick<SequenceNumber, 'shardIndex' | 'createdSeconds'>,
  place: bigint | number,
  arrivedSeconds: number,
): string {
  return String(
    (VERSION << 184n) |
      (BigInt(createdSeconds) << 148n) |
      (BigInt(shardIndex & 15) << 144n) |
      (BigInt(place) << 80n) |
      (BigInt(arrivedSeconds) << 36n) |
      (BigInt(shardIndex) << 4n) |
      VERSION,
  );
}

/** @returns undefined for what is no sequence number */
export function parseSequenceNumber(text: string): SequenceNumber | undefined {
  if (text.length > MAX_DIGITS || !/^\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  if (value >> 184n !== VERSION || (value & 15n) !== VERSION) return undefined;
  return {
    shardIndex: Number((value >> 4n) & 0xffff_ffffn),
    createdSeconds: Number((value >> 148n) & 0xf_ffff_ffffn),
    place: (value >> 80n) & 0xffff_ffff_ffff_ffffn,
  };
}
