/** What a receiver reads of its senders' logs: the next entry of each, by version, and no other (PL-32). */
import { decompress } from '../codec/compression.ts';
import { TidemarkError } from '../errors.ts';
import type { LogEntry } from '../partition-log/entry.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import { readBody } from '../partition-log/read-body.ts';
import { slotOf } from '../partition-log/ring.ts';
import type { ReadConsistency } from '../ports.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { SenderPosition } from '../state/sender-position.ts';
import { beginningOf, childrenBehind, passedSeal } from './added.ts';
import type { Combinable } from './combine.ts';
import type { Row } from './row.ts';
import { decodeRows } from './rows.ts';

/** Entries of one sender that are read before they are taken. */
const READ_AHEAD = 8;

/** An entry of a sender, with what of its rows is for this receiver. */
export interface ArrivedEntry {
  readonly logId: string;
  readonly entry: LogEntry;
  readonly rows: readonly Row[];
}

/** What was read of one or more senders. */
export interface ReadAhead {
  readonly entries: readonly ArrivedEntry[];
  /** Nothing came behind them when they were read. */
  readonly isAtEnd: boolean;
  /** What comes behind them is for later receivers (PL-39). */
  readonly isAtCut: boolean;
}

export type ReadSettings = Pick<LogSettings, 'logs' | 'blobs' | 'slots' | 'clock' | 'topology'>;

const NOTHING: ReadAhead = Object.freeze({ entries: [], isAtEnd: true, isAtCut: false });

/**
 * The entries that follow a position, in order; none when there is nothing yet.
 *
 * A slot without the next entry has one of the round before, which is paid for as well. So it looks for one entry at
 * first, and for more the more there were.
 *
 * @param positions all of the receiver
 * @param consistency `eventual` may overlook what has been there for a moment only
 * @throws LOG_DAMAGED (internal) when the log is not the one that was read before · ENTRY_OVERWRITTEN (fenced) the position is old
 * @throws LOG_UNAVAILABLE, BLOB_UNAVAILABLE, ROWS_UNKNOWN (unavailable)
 */
export async function readSender(
  settings: ReadSettings,
  exchange: Exchange,
  receiver: number,
  positions: readonly SenderPosition[],
  position: SenderPosition,
  consistency: ReadConsistency,
): Promise<ReadAhead> {
  const { logId, version, commitId } = position;
  const { takesCombined } = settings.topology;
  const found: LogEntry[] = [];
  let behind: Behind = 'more';
  while (behind === 'more' && found.length < READ_AHEAD) {
    const after = { logId, version: version + found.length, commitId: found.at(-1)?.commitId ?? commitId };
    const next = await readNext(settings, after, Math.max(1, found.length), consistency);
    if (after.version === 0 && isFromBefore(next)) {
      const beginning = await beginningOf(settings, logId);
      if (beginning.kind === 'nothing yet') return NOTHING;
      if (beginning.kind === 'overwritten') throw overwritten(logId, 1, beginning.oldest.version);
      if (beginning.kind === 'sealed') return passedOver(settings, beginning.head, logId, positions);
      return readSender(settings, exchange, receiver, positions, { ...position, ...beginning }, consistency);
    }
    found.push(...next.entries);
    behind = next.behind;
  }
  const cut = found.findIndex(({ sent }) => (sent?.generation ?? 0) > exchange.generation);
  const isAtCut = cut >= 0;
  if (isAtCut) found.length = cut;
  // What comes behind an entry may have been overwritten since: it shows once that one is taken.
  if (typeof behind === 'object' && found.length === 0 && !isAtCut)
    throw overwritten(logId, version + 1, behind.version);
  const entries = await Promise.all(
    found.map(async (entry) => ({
      logId,
      entry,
      rows: await rowsOf(settings, exchange, receiver, logId, entry, takesCombined),
    })),
  );
  return { entries, isAtEnd: behind === 'nothing' && !isAtCut, isAtCut };
}

/** A newer entry is in the place of the next one. */
type Behind = 'nothing' | 'more' | LogEntry;

interface Next {
  readonly entries: readonly LogEntry[];
  readonly behind: Behind;
}

/** Whether a log that was not read yet has entries of code that did not know the exchange, or may have had some (PL-35). */
function isFromBefore({ entries: [first], behind }: Next): boolean {
  if (first !== undefined) return first.sent === undefined;
  return typeof behind === 'object' && (behind.sent === undefined || (behind.sent.sinceVersion ?? 1) > 1);
}

async function passedOver(
  settings: ReadSettings,
  head: LogEntry,
  logId: string,
  positions: readonly SenderPosition[],
): Promise<ReadAhead> {
  const children = await childrenBehind(settings, settings.topology.sentBy, head, logId, positions);
  if (children === undefined) return NOTHING;
  return { entries: [{ logId, entry: passedSeal(head, children), rows: [] }], isAtEnd: true, isAtCut: false };
}

/** Up to `wanted` entries, as far as they follow each other, and what comes behind them. */
async function readNext(
  { logs, slots }: ReadSettings,
  { logId, version, commitId }: Pick<SenderPosition, 'logId' | 'version' | 'commitId'>,
  wanted: number,
  consistency: ReadConsistency,
): Promise<Next> {
  const places = Array.from({ length: Math.min(wanted, slots) }, (_, i) => slotOf(version + 1 + i, slots));
  const read = await logs.read(logId, places, consistency);
  const bySlot = new Map(read.map((entry) => [slotOf(entry.version, slots), entry]));
  const entries: LogEntry[] = [];
  let before = commitId;
  for (const [i, slot] of places.entries()) {
    const entry = bySlot.get(slot);
    const next = version + 1 + i;
    if (entry === undefined || entry.version < next) return { entries, behind: 'nothing' };
    if (entry.version > next) return { entries, behind: entry };
    if (entry.previousCommitId !== before) throw notTheSame(logId, next);
    before = entry.commitId;
    entries.push(entry);
  }
  return { entries, behind: 'more' };
}

async function rowsOf(
  { logs, blobs, slots }: ReadSettings,
  exchange: Exchange,
  receiver: number,
  logId: string,
  { version, sent }: LogEntry,
  takes: Combinable | undefined,
): Promise<readonly Row[]> {
  if (sent?.rows === undefined) return [];
  const bytes = await readBody(blobs, sent.rows);
  if (bytes === undefined) {
    // They live as long as the slot: another instance may have taken them since this one read it.
    const [found] = await logs.read(logId, [slotOf(version, slots)]);
    if (found !== undefined && found.version > version) throw overwritten(logId, version, found.version);
    const text = `rows of version ${version} of ${logId} must be there until all receivers have taken them, got none; restore the deleted object`;
    throw new TidemarkError('internal', 'OBJECT_MISSING', text);
  }
  return decodeRows(decompress(bytes), receiver, exchange.receivers, takes);
}

/** Of ENTRY_OVERWRITTEN: which version of which sender. */
export interface OverwrittenContext {
  readonly sender: string;
  readonly version: number;
}

/** The gate makes that impossible for a position that is committed; one in the memory of an instance may be old. */
function overwritten(logId: string, wanted: number, found: number): TidemarkError {
  const text = `version ${wanted} of ${logId} must stay until all receivers have taken it, got ${found} in its slot; another instance is ahead, reload`;
  const context: OverwrittenContext = { sender: logId, version: wanted };
  return new TidemarkError('fenced', 'ENTRY_OVERWRITTEN', text, { context: { ...context } });
}

function notTheSame(logId: string, version: number): TidemarkError {
  const text = `version ${version} of ${logId} must follow what was read of that log, got another chain; restore the log table to one moment for all logs`;
  return new TidemarkError('internal', 'LOG_DAMAGED', text);
}
