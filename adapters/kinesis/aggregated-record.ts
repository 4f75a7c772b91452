/**
 * Records that the Kinesis Producer Library packed into one (KPL aggregation):
 *
 *     magic F3 89 9A C2 │ protobuf AggregatedRecord │ MD5 of the protobuf
 *
 *     AggregatedRecord  1 partition_key_table: string…  2 explicit_hash_key_table: string…  3 records: Record…
 *     Record            1 partition_key_index  2 explicit_hash_key_index (may be absent)  3 data  4 tags: left out
 *
 * @see https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
import { hash } from 'node:crypto';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import { WireReader } from './wire-reader.ts';

/** What a producer put, before it was packed. */
export interface SubRecord {
  readonly partitionKey: string;
  /** Decimal, in [0, 2^128), unless the producer is broken. */
  readonly explicitHashKey: string | undefined;
  readonly data: Uint8Array;
}

interface Places {
  partitionKey: number | undefined;
  explicitHashKey: number | undefined;
  data: Uint8Array | undefined;
}

/** Begins every aggregated record, and no other that could be counted: these bytes are no UTF-8. */
const MAGIC = Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2);
/** What every aggregated record begins with in base64, and no text does: the first 30 bits of those bytes. */
export const BEGINS_AGGREGATE = '84maw';
const DIGEST_BYTES = 16;
/** A table makes many keys of one: 1 MiB could unpack to 100 GiB. What the KPL packs stays far below [bytes]. */
export const MAX_UNPACKED_BYTES = 16_777_216;
/** What each sub-record costs besides its key and data [bytes]. */
const SUB_RECORD_BYTES = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function isAggregated(data: Uint8Array): boolean {
  return data[0] === MAGIC[0] && data[1] === MAGIC[1] && data[2] === MAGIC[2] && data[3] === MAGIC[3];
}

/**
 * The sub-records in their order, at least one.
 *
 * @param data begins with the magic bytes
 * @throws AGGREGATE_DAMAGED, AGGREGATE_EMPTY, AGGREGATE_TOO_LARGE (data)
 */
export function readAggregate(data: Uint8Array): SubRecord[] {
  const body = data.subarray(MAGIC.length, -DIGEST_BYTES);
  const digest = data.subarray(-DIGEST_BYTES);
  if (data.length < MAGIC.length + DIGEST_BYTES) throw damaged('its end', 'missing');
  if (!hash('md5', body, 'buffer').equals(digest)) throw damaged('an MD5 that fits', 'another');
  let subRecords: SubRecord[];
  try {
    subRecords = unpack(body);
  } catch (error) {
    throw error instanceof TidemarkError ? error : damaged('a body that is protobuf', messageOf(error));
  }
  if (subRecords.length === 0)
    throw dataError('AGGREGATE_EMPTY', 'aggregated record must have sub-records, got none; correct the producer');
  return subRecords;
}

function unpack(body: Uint8Array): SubRecord[] {
  const reader = new WireReader(body);
  const partitionKeys: string[] = [];
  const explicitHashKeys: string[] = [];
  const places: Places[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    if (tag === 0x0a) partitionKeys.push(utf8.decode(reader.bytes()));
    else if (tag === 0x12) explicitHashKeys.push(utf8.decode(reader.bytes()));
    else if (tag === 0x1a) places.push(readPlaces(new WireReader(reader.bytes())));
    else reader.skip(tag);
  }
  // The tables may come after the records that point into them.
  let unpackedBytes = 0;
  return places.map(({ partitionKey: keyAt, explicitHashKey: hashAt, data }) => {
    const partitionKey = keyAt === undefined ? undefined : partitionKeys[keyAt];
    const explicitHashKey = hashAt === undefined ? undefined : explicitHashKeys[hashAt];
    if (partitionKey === undefined || data === undefined || (hashAt !== undefined && explicitHashKey === undefined))
      throw damaged('a key and data in each sub-record', 'a sub-record without');
    unpackedBytes += SUB_RECORD_BYTES + partitionKey.length + (explicitHashKey?.length ?? 0) + data.length;
    if (unpackedBytes > MAX_UNPACKED_BYTES)
      throw dataError(
        'AGGREGATE_TOO_LARGE',
        `aggregated record must unpack to at most ${MAX_UNPACKED_BYTES} bytes, got more; lower AggregationMaxCount in the producer`,
      );
    return { partitionKey, explicitHashKey, data };
  });
}

function readPlaces(reader: WireReader): Places {
  const places: Places = { partitionKey: undefined, explicitHashKey: undefined, data: undefined };
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    if (tag === 0x08) places.partitionKey = reader.varint();
    else if (tag === 0x10) places.explicitHashKey = reader.varint();
    else if (tag === 0x1a) places.data = reader.bytes();
    else reader.skip(tag);
  }
  return places;
}

/** Others take such a record for a plain one. As that it could not be counted either, and nobody would learn why. */
function damaged(rule: string, got: string): TidemarkError {
  return dataError(
    'AGGREGATE_DAMAGED',
    `aggregated record must have ${rule}, got ${got}; see what changed it on its way from the producer`,
  );
}

function dataError(code: string, text: string): TidemarkError {
  return new TidemarkError('data', code, text);
}
