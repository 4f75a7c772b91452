import { inflateSync } from 'node:zlib';
import { TidemarkError } from '../../engine/errors.ts';

/** A record in two parts: which schema wrote it, and the Avro itself. */
export interface Framed {
  /** Confluent: a number. Glue: a UUID. */
  readonly schemaId: string;
  readonly payload: Buffer;
}

/** More than any broker's record; a compressed one that is larger is an attack [bytes]. */
const MAX_INFLATED_BYTES = 16 * 1024 * 1024;

/**
 * Confluent's wire format: 0, the schema's id in four bytes, Avro.
 *
 * @throws FRAME_INVALID (data)
 */
export function readConfluent(data: Buffer): Framed {
  if (data.length < 5 || data[0] !== 0)
    throw invalid(`begin with 0 and the id of its schema, got ${shown(data)}`, "use Confluent's Avro serializer");
  return { schemaId: String(data.readUInt32BE(1)), payload: data.subarray(5) };
}

/**
 * Glue's wire format: 3, the compression (0 none, 5 zlib), the UUID of the schema's version in 16 bytes, Avro.
 *
 * @throws FRAME_INVALID (data)
 */
export function readGlue(data: Buffer): Framed {
  const [version, compression] = data;
  if (data.length < 18 || version !== 3 || (compression !== 0 && compression !== 5)) {
    throw invalid(
      `begin with 3, its compression and the UUID of its schema, got ${shown(data)}`,
      'use the serializer of the AWS Glue schema registry',
    );
  }
  const hex = data.toString('hex', 2, 18);
  const schemaId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { schemaId, payload: compression === 5 ? inflate(data.subarray(18)) : data.subarray(18) };
}

function inflate(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (cause) {
    throw invalid(
      `be zlib of at most ${MAX_INFLATED_BYTES} bytes, got ${bytes.length} bytes that are not`,
      'correct the producer',
      cause,
    );
  }
}

function shown(data: Buffer): string {
  return data.length === 0 ? '0 bytes' : `${data.length} bytes that begin with ${data[0]}`;
}

function invalid(rule: string, remedy: string, cause?: unknown): TidemarkError {
  return new TidemarkError('data', 'FRAME_INVALID', `record must ${rule}; ${remedy}`, { cause });
}
