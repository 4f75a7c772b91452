import { MAX_ITEM_BYTES } from '../value/limits.ts';

/** Change, outbox and rows: each of them may be in the item of an entry. */
const BODIES = 3;
/** What is left of an item for all else that an entry says, such as how far a receiver has read each of its senders [KiB]. */
const BESIDE_KIB = 40;

/** Smallest and largest inline limit: larger bodies would not fit into one item of DynamoDB together [KiB]. */
export const INLINE_LIMIT_RANGE_KIB = [1, Math.floor((MAX_ITEM_BYTES / 1_024 - BESIDE_KIB) / BODIES)] as const;

/** Where a PUT of S3 costs as much as writing the same to DynamoDB: 8 write units, of 1 KiB each. */
export const DEFAULT_INLINE_LIMIT_KIB = 8;
