import type { SourceRecord } from '../record.ts';
import type { SenderPosition } from '../state/sender-position.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import { afterEntry, receiverWatermark } from './positions.ts';
import type { ArrivedEntry } from './read-senders.ts';
import type { Row } from './row.ts';

/** Entries as a receiver's records, and what its positions are after each of them. */
export interface Arrivals {
  readonly records: readonly SourceRecord[];
  /** After the first n entries, for each n. */
  readonly positions: ReadonlyArray<readonly SenderPosition[]>;
}

/**
 * Each entry takes one offset, so that it belongs to one commit: its rows, then its end, which moves time (PL-34).
 *
 * @param entries each sender's in order, the senders' among each other in any
 * @param reached the offset of the last entry that was taken; they follow it
 */
export function arrivalsOf(
  entries: readonly ArrivedEntry[],
  before: readonly SenderPosition[],
  reached: bigint,
  watermarkMs: number,
): Arrivals {
  const records: SourceRecord[] = [];
  const positions = [before];
  let after = before;
  let reachedMs = watermarkMs;
  entries.forEach(({ logId, entry, rows }, i) => {
    const { version, commitId, sent, processingTimeMs, watermarkMs: ownMs } = entry;
    // Of a source that was made again: what the one before has reached here. For any other sender its rows carry no less.
    const floorMs = after.find((position) => position.logId === logId)?.watermarkMs ?? NO_WATERMARK;
    const taken = { logId, version, commitId, watermarkMs: sent?.watermarkMs ?? ownMs, children: sent?.children ?? [] };
    after = afterEntry(after, taken);
    reachedMs = receiverWatermark(after, reachedMs);
    const offset = reached + 1n + BigInt(i);
    rows.forEach((row, place) => {
      const floored = row.watermarkMs < floorMs ? { ...row, watermarkMs: floorMs } : row;
      records.push(new ArrivedRow(offset, place, processingTimeMs, floored, logId, version));
    });
    const arrival = { kind: 'end', watermarkMs: reachedMs } as const;
    const end = { offset, subSequence: rows.length, partitionKey: '', arrivalTimeMs: processingTimeMs, data: NO_BYTES };
    records.push({ ...end, arrival });
    positions.push(after);
  });
  return { records, positions };
}

const NO_BYTES = new Uint8Array(0);

/** A row as a record of its receiver. Its bytes are asked for only where it is kept: late, or as a dead letter. */
class ArrivedRow implements SourceRecord {
  readonly offset: bigint;
  readonly subSequence: number;
  readonly partitionKey: string;
  readonly arrivalTimeMs: number;
  readonly value: unknown;
  readonly arrival: NonNullable<SourceRecord['arrival']>;
  readonly #sender: string;
  readonly #version: number;

  constructor(offset: bigint, place: number, arrivalTimeMs: number, row: Row, sender: string, version: number) {
    this.offset = offset;
    this.subSequence = place;
    this.partitionKey = row.key;
    this.arrivalTimeMs = arrivalTimeMs;
    this.value = row.value;
    const { eventTimeMs, watermarkMs, partial, side } = row;
    this.arrival = { kind: 'row', eventTimeMs, watermarkMs, partial, side };
    this.#sender = sender;
    this.#version = version;
  }

  get data(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify(this.value));
  }

  /** Where it comes from. */
  headers() {
    return [
      { name: 'tidemark-sender', text: this.#sender },
      { name: 'tidemark-version', text: String(this.#version) },
    ];
  }
}
