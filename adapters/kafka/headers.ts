import type { RecordHeader } from '../../engine/record.ts';
import { textOf } from './text.ts';

/**
 * The headers of a record of Lambda's event: objects of one name each, in order, names more than once where the producer sent
 * them so. Their bytes are Java's, from -128 to 127. Whatever is no header is left out: headers decide nothing.
 *
 * @example headersOf([{ trace: [97, 98] }, { key: [-1] }]) // [{ name: 'trace', text: 'ab' }, { name: 'key', base64: '/w==' }]
 */
export function headersOf(headers: unknown): RecordHeader[] {
  if (!Array.isArray(headers)) return [];
  return headers.flatMap((header: unknown) =>
    Object.entries(Object(header)).map(([name, bytes]) =>
      headerOf(name, Buffer.from(Array.isArray(bytes) ? bytes : [])),
    ),
  );
}

function headerOf(name: string, bytes: Buffer): RecordHeader {
  const text = textOf(bytes);
  return text === undefined ? { name, base64: bytes.toString('base64') } : { name, text };
}
