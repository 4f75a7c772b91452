import { callsOf } from '../shared/calls.ts';
import type { Packed } from '../shared/put-rows.ts';
import type { Outgoing } from '../shared/send-apart.ts';

/** A result as JSON. */
export interface Line extends Outgoing {
  readonly text: string;
}

/** Lines of one record. */
export interface PackedLines extends Packed<Line> {
  readonly data: Uint8Array;
}

/** Firehose separates at most this many lines of one record. */
const MAX_RECORD_LINES = 500;
/** A record is billed in steps of 5 KiB: from here on, the last step hardly matters [bytes]. */
const FULL_RECORD_BYTES = 128 * 1024;

/**
 * Packs JSON lines into as few Firehose records as its limits and a resend of moderate size allow.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
 */
export function packLines(lines: readonly Line[]): PackedLines[] {
  const packed = callsOf(lines, lineBytes, { entries: MAX_RECORD_LINES, bytes: FULL_RECORD_BYTES });
  return [...packed].map((rows) => ({ rows, data: Buffer.from(`${rows.map(({ text }) => text).join('\n')}\n`) }));
}

/** With its end of line [bytes]. */
export function lineBytes({ text }: Pick<Line, 'text'>): number {
  return Buffer.byteLength(text) + 1;
}
