/** A column of mostly small whole numbers, as bytes: anything else that JSON holds is kept as JSON. */
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';

const JSON_TEXT = 0;
const INTEGERS = 1;
/** Twice that is exact. */
const LIMIT = 2 ** 52;

export function writeColumn(writer: ByteWriter, values: readonly unknown[]): void {
  if (values.every((value) => Number.isInteger(value) && Math.abs(value as number) < LIMIT)) {
    writer.byte(INTEGERS);
    for (const value of values as readonly number[]) writer.varint(value < 0 ? -value * 2 - 1 : value * 2);
  } else {
    writer.byte(JSON_TEXT);
    writer.string(JSON.stringify(values));
  }
}

/** @throws CORRUPT_BYTES (internal) */
export function readColumn(reader: ByteReader, length: number): readonly unknown[] {
  if (reader.byte() === JSON_TEXT) return JSON.parse(reader.string()) as readonly unknown[];
  return Array.from({ length }, () => {
    const zigzag = reader.varint();
    return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
  });
}
