import { callsOf } from '../shared/calls.ts';

/** Firehose separates at most this many lines of one record. */
const MAX_RECORD_LINES = 500;
/** A record is billed in steps of 5 KiB: from here on, the last step hardly matters [bytes]. */
const FULL_RECORD_BYTES = 128 * 1024;

/**
 * Packs JSON lines into as few Firehose records as its limits and a resend of moderate size allow.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
 */
export function packLines(lines: readonly string[]): Uint8Array[] {
  const packed = callsOf(lines, lineBytes, { entries: MAX_RECORD_LINES, bytes: FULL_RECORD_BYTES });
  return [...packed].map((some) => Buffer.from(`${some.join('\n')}\n`));
}

/** With its end of line [bytes]. */
export function lineBytes(line: string): number {
  return Buffer.byteLength(line) + 1;
}
