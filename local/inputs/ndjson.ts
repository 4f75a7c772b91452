import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { TidemarkError } from '../../engine/errors.ts';
import { hasCode } from '../storage/json-file.ts';
import type { Input, InputRecord } from './input.ts';
import { partitionKeyOf, recordLines } from './lines.ts';
import { plainText } from './plain-text.ts';
import { spreadKey } from './spread.ts';

const PIECE = 500;
const NOT_READABLE = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG'];

/**
 * A file of lines as input, whatever the lines hold; also packed with gzip. The file is read once ahead: a line that no
 * stream can take is found before the first is sent.
 *
 * @param keyField the field of the partition key; undefined: each line has a partition key of its own
 * @throws INPUT_NOT_FOUND, INVALID_SETTING, LINE_ENDS, NOT_TEXT (invalid)
 */
export async function ndjsonInput(path: string, keyField: string | undefined): Promise<Input> {
  const absolute = resolve(path);
  const { lines, hash } = await inspect(absolute, path);
  return {
    identity: `${absolute}#${hash}`,
    label: basename(path),
    length: lines,
    async *read(start, end) {
      for await (const piece of pieces(createReadStream(absolute), keysBy(keyField, spreadKey), start, end))
        yield piece;
    },
  };
}

/** The records of a byte stream that can be read only once, such as stdin. */
export function ndjsonRecords(
  chunks: AsyncIterable<Uint8Array>,
  keyField: string | undefined,
): AsyncGenerator<readonly InputRecord[]> {
  return pieces(
    chunks,
    keysBy(keyField, () => randomUUID()),
    0,
    Number.POSITIVE_INFINITY,
  );
}

type KeyOfLine = (line: Uint8Array, position: number) => string;

function keysBy(field: string | undefined, unkeyed: (position: number) => string): KeyOfLine {
  return field === undefined ? (_line, position) => unkeyed(position) : (line) => partitionKeyOf(line, field);
}

async function* pieces(
  chunks: AsyncIterable<Uint8Array>,
  keyOf: KeyOfLine,
  start: number,
  end: number,
): AsyncGenerator<readonly InputRecord[]> {
  let position = 0;
  let piece: InputRecord[] = [];
  for await (const data of recordLines(plainText(chunks))) {
    if (position >= end) break;
    if (position >= start) piece.push({ partitionKey: keyOf(data, position), data });
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
    for await (const _ of recordLines(plainText(hashed()))) lines += 1;
  } catch (error) {
    if (NOT_READABLE.some((code) => hasCode(error, code))) {
      throw new TidemarkError(
        'invalid',
        'INPUT_NOT_FOUND',
        `input must be a readable file, got ${JSON.stringify(path)}; pass a file with one record per line`,
        { cause: error },
      );
    }
    throw error;
  }
  return { lines, hash: hash.digest('hex').slice(0, 32) };
}
