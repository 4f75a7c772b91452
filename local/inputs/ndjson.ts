import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { requireSetting, TidemarkError } from '../../engine/errors.ts';
import { hasCode } from '../storage/json-file.ts';
import { MAX_RECORD_BYTES, type Input, type InputRecord } from './input.ts';
import { linesOf, partitionKeyOf } from './lines.ts';

const PIECE = 500;

/**
 * A file of lines as input, whatever the lines hold. The file is read once ahead: a line that no stream can take is
 * found before the first is sent.
 *
 * @param keyField the field of the partition key
 * @throws INPUT_NOT_FOUND, INVALID_SETTING (invalid)
 */
export async function ndjsonInput(path: string, keyField: string): Promise<Input> {
  const absolute = resolve(path);
  const { lines, hash } = await inspect(absolute, path);
  return {
    identity: `${absolute}#${hash}`,
    label: basename(path),
    length: lines,
    async *read(start, end) {
      for await (const piece of pieces(linesOf(createReadStream(absolute)), keyField, start, end)) yield piece;
    },
  };
}

/** The records of a byte stream that can be read only once, such as stdin. */
export function ndjsonRecords(chunks: AsyncIterable<Uint8Array>, keyField: string): AsyncGenerator<readonly InputRecord[]> {
  return pieces(linesOf(chunks), keyField, 0, Number.POSITIVE_INFINITY);
}

async function* pieces(lines: AsyncIterable<Buffer>, keyField: string, start: number, end: number): AsyncGenerator<readonly InputRecord[]> {
  let position = 0;
  let piece: InputRecord[] = [];
  for await (const data of lines) {
    if (position >= end) break;
    requireFits(data, position + 1);
    if (position >= start) piece.push({ partitionKey: partitionKeyOf(data, keyField), data });
    position += 1;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

async function inspect(absolute: string, path: string): Promise<{ lines: number; hash: string }> {
  const hash = createHash('sha256');
  let lines = 0;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(absolute) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    for await (const line of linesOf(hashed())) requireFits(line, ++lines);
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EISDIR') || hasCode(error, 'EACCES')) {
      throw new TidemarkError('invalid', 'INPUT_NOT_FOUND', `input must be a readable file, got ${JSON.stringify(path)}; pass a file with one record per line`, { cause: error });
    }
    throw error;
  }
  return { lines, hash: hash.digest('hex').slice(0, 32) };
}

function requireFits(line: Uint8Array, number: number): void {
  requireSetting(`line ${number}`, line.byteLength, line.byteLength <= MAX_RECORD_BYTES, `at most ${MAX_RECORD_BYTES} bytes`, 'Kinesis takes no larger record, split it');
}
