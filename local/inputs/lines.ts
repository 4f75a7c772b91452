import { requireSetting, TidemarkError } from '../../engine/errors.ts';
import { MAX_RECORD_BYTES } from './input.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The lines of a text that are records: those that are not blank, without what editors put around them. That is a byte
 * order mark at the beginning (of any line: of several files, one after the other, each may have its own) and the CR of
 * CR LF. All other bytes stay, whatever they are.
 *
 * @throws INVALID_SETTING `line 2 must be at most 1048576 bytes, got …`, LINE_ENDS (invalid) for a text without LF
 */
export async function* recordLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let number = 0;
  for await (const { bytes, isEnded } of linesOf(chunks)) {
    number += 1;
    const line = withoutMarks(bytes);
    if (number === 1 && !isEnded) requireOneRecord(line);
    requireSetting(
      `line ${number}`,
      line.length,
      line.length <= MAX_RECORD_BYTES,
      `at most ${MAX_RECORD_BYTES} bytes`,
      'Kinesis takes no larger record, split it',
    );
    if (!isBlank(line)) yield line;
  }
}

interface Line {
  readonly bytes: Buffer;
  /** A newline follows; else it is the last one, or all that was read of one that is too long. */
  readonly isEnded: boolean;
}

/** Byte for byte, without their newline. A line that is much too long is not read to its end. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      yield { bytes: Buffer.concat([...parts, chunk.subarray(from, at)]), isEnded: true };
      parts = [];
      length = 0;
      from = at + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > 2 * MAX_RECORD_BYTES) break;
  }
  if (parts.length > 0) yield { bytes: Buffer.concat(parts), isEnded: false };
}

function withoutMarks(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes.subarray(start, start + BOM.length).equals(BOM)) start += BOM.length;
  let end = bytes.length;
  while (end > start && bytes[end - 1] === RETURN) end -= 1;
  return bytes.subarray(start, end);
}

/** Blanks of JSON: space, tab and CR. */
function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === RETURN);
}

/** A text whose lines end with a lone CR is one line to all others. @throws LINE_ENDS (invalid) */
function requireOneRecord(line: Buffer): void {
  if (!line.includes(RETURN) || isBlank(line) || jsonIn(line) !== undefined) return;
  throw new TidemarkError(
    'invalid',
    'LINE_ENDS',
    "lines of input must end with LF or CR LF, got CR alone; convert it: tr '\\r' '\\n' < FILE",
  );
}

/** Where lines go that name no key. */
const FALLBACK_KEY = 'unparsable';

/** Most characters of a partition key. */
const MAX_KEY_LENGTH = 256;

/** The partition key of a line: what its field holds, if the line is an object and the field is text or a number. */
export function partitionKeyOf(line: Uint8Array, field: string): string {
  const value = fieldOf(line, field);
  const key = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return key === '' || key.length > MAX_KEY_LENGTH ? FALLBACK_KEY : key;
}

function fieldOf(line: Uint8Array, field: string): unknown {
  const value = jsonIn(line);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return (value as Record<string, unknown>)[field];
}

/** @returns undefined when the line is not JSON */
function jsonIn(line: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
