const NEWLINE = 0x0a;

/**
 * The lines of a byte stream, byte for byte, without their newline. A newline at the very end begins no further line;
 * an empty line in between is a line.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, at)]);
      parts = [];
      from = at + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

/** Where lines go that name no key. */
export const FALLBACK_KEY = 'unparsable';

/** Most characters of a partition key. */
const MAX_KEY_LENGTH = 256;

/** The partition key of a line: what its field holds, if the line is an object and the field is text or a number. */
export function partitionKeyOf(line: Uint8Array, field: string): string {
  const value = fieldOf(line, field);
  const key = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return key === '' || key.length > MAX_KEY_LENGTH ? FALLBACK_KEY : key;
}

function fieldOf(line: Uint8Array, field: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8'));
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
    return (value as Record<string, unknown>)[field];
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
