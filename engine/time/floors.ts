import { hashOfKey } from '../codec/key-hash.ts';

/**
 * Keys of this hash range had a higher watermark before their partition was merged with one that was behind (PL-25):
 * what was closed for them stays closed. Both ends belong to the range.
 */
export interface Floor {
  readonly fromHash: bigint;
  readonly toHash: bigint;
  readonly watermarkMs: number;
}

/** The watermark that counts for a key: that of the partition, or the one that its hash range had before a merge (PL-25). */
export function watermarkOf(key: string, watermarkMs: number, floors: readonly Floor[]): number {
  return floors.length === 0 ? watermarkMs : watermarkOfHash(hashOfKey(key), watermarkMs, floors);
}

export function watermarkOfHash(hash: bigint, watermarkMs: number, floors: readonly Floor[]): number {
  let highest = watermarkMs;
  for (const floor of floors) {
    if (floor.fromHash <= hash && hash <= floor.toHash) highest = Math.max(highest, floor.watermarkMs);
  }
  return highest;
}

/** Floors that the watermark has not reached yet: the others say nothing any more. */
export function remainingFloors(floors: readonly Floor[], watermarkMs: number): readonly Floor[] {
  return floors.every((floor) => floor.watermarkMs > watermarkMs)
    ? floors
    : floors.filter((floor) => floor.watermarkMs > watermarkMs);
}

/** The part of each floor that lies in a hash range. */
export function clipFloors(floors: readonly Floor[], fromHash: bigint, toHash: bigint): Floor[] {
  return floors
    .filter((floor) => floor.fromHash <= toHash && floor.toHash >= fromHash)
    .map((floor) => ({
      fromHash: floor.fromHash > fromHash ? floor.fromHash : fromHash,
      toHash: floor.toHash < toHash ? floor.toHash : toHash,
      watermarkMs: floor.watermarkMs,
    }));
}
