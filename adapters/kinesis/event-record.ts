import type { Offset, SourceRecord } from '../../engine/record.ts';
import { BEGINS_AGGREGATE } from './aggregated-record.ts';

/** A record of an event. Its offset and its bytes are made when they are asked for: of most records neither is. */
export class EventRecord implements SourceRecord {
  readonly sequenceNumber: string;
  readonly subSequence = 0;
  readonly partitionKey: string;
  readonly arrivalTimeMs: number;
  readonly text: string | undefined;
  readonly #base64: string;
  #offset: Offset | undefined;
  #data: Uint8Array | undefined;

  constructor(sequenceNumber: string, partitionKey: string, arrivalTimeMs: number, base64: string) {
    this.sequenceNumber = sequenceNumber;
    this.partitionKey = partitionKey;
    this.arrivalTimeMs = arrivalTimeMs;
    this.text = base64.startsWith(BEGINS_AGGREGATE) ? undefined : utf8Of(base64);
    this.#base64 = base64;
  }

  get offset(): Offset {
    return (this.#offset ??= BigInt(this.sequenceNumber));
  }

  get data(): Uint8Array {
    return (this.#data ??= Buffer.from(this.#base64, 'base64'));
  }
}

/** The same memory for each record: a buffer of its own costs as much as decoding. */
let scratch = Buffer.alloc(4_096);

/** @returns undefined: it may be no UTF-8, or begins with a byte order mark, which is no part of a text */
function utf8Of(base64: string): string | undefined {
  if (base64.length > scratch.length) scratch = Buffer.alloc(2 * base64.length);
  const text = scratch.toString('utf8', 0, scratch.write(base64, 'base64'));
  // What stands for bytes that are no UTF-8 may also have been sent.
  return text.includes('\ufffd') || text.startsWith('\ufeff') ? undefined : text;
}
