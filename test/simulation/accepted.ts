import type { LogEntry } from '../../engine/partition-log/entry.ts';
import type { Progress } from '../../engine/state/progress.ts';
import { partsOf, type PlannedRecord } from './plan.ts';

/** A record, and the definition that counted it. */
export interface AcceptedRecord extends PlannedRecord {
  readonly fingerprint: string;
  /** The last one of its commit, which has left some of what was due to the next. */
  readonly cut: Cut | undefined;
}

/** A move of time that a commit has left in the middle. */
export interface Cut {
  readonly domain: 'event' | 'processing';
  /** Where it goes. */
  readonly toMs: number;
  /** All that is due up to here has come out. */
  readonly firedMs: number;
}

export function cutOf({ pending, watermarkMs, processingTimeMs }: Progress): Cut | undefined {
  if (pending === undefined) return undefined;
  const { domain, firedMs } = pending;
  return { domain, firedMs, toMs: domain === 'event' ? watermarkMs : processingTimeMs };
}

/**
 * Which of a shard's records its log has taken: each commit says up to where, and how many. Only what had expired before
 * it was read can be missing from that stretch, and that is its beginning.
 */
export function acceptedOf(records: readonly PlannedRecord[], history: readonly LogEntry[]): AcceptedRecord[] {
  const accepted: AcceptedRecord[] = [];
  let recordsIn = 0;
  for (const entry of history) {
    const { from, reached, counters, fingerprint } = entry;
    let taken = counters.recordsIn - recordsIn;
    recordsIn = counters.recordsIn;
    const stretch = records.filter(({ offset }) => offset > from && offset <= reached);
    const kept: PlannedRecord[] = [];
    for (let record = stretch.pop(); record !== undefined && taken > 0; record = stretch.pop()) {
      kept.unshift(record);
      taken -= partsOf(record);
    }
    if (taken !== 0) throw new Error(`a commit up to ${reached} counts ${-taken} records that are not there`);
    accepted.push(
      ...kept.map((record) => ({ ...record, fingerprint, cut: record === kept.at(-1) ? cutOf(entry) : undefined })),
    );
  }
  return accepted;
}
