/** What a receiver reads of its senders' logs: the next entry of each, by version, and no other (PL-32). */
import { decompress } from '../codec/compression.ts';
import { TidemarkError } from '../errors.ts';
import type { LogEntry } from '../partition-log/entry.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import { readBody } from '../partition-log/read-body.ts';
import { slotOf } from '../partition-log/ring.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { SenderPosition } from '../state/sender-position.ts';
import { decodeRows, type Row } from './rows.ts';

/** Entries of one sender that are read at once. */
const READ_AHEAD = 8;

/** An entry of a sender, with what of its rows is for this receiver. */
export interface ArrivedEntry {
  readonly logId: string;
  readonly entry: LogEntry;
  readonly rows: readonly Row[];
}

export type ReadSettings = Pick<LogSettings, 'logs' | 'blobs' | 'slots'>;

/**
 * The entries that follow a position, in order; none when there is nothing yet.
 *
 * @throws LOG_DAMAGED (internal) when the log is not the one that was read before · ENTRY_OVERWRITTEN (fenced) the position is old
 * @throws LOG_UNAVAILABLE, BLOB_UNAVAILABLE (unavailable)
 */
export async function readSender(
  settings: ReadSettings,
  exchange: Exchange,
  receiver: number,
  position: SenderPosition,
): Promise<ArrivedEntry[]> {
  const { logs, slots } = settings;
  const { logId, version } = position;
  const ahead = Math.min(READ_AHEAD, slots);
  const wanted = Array.from({ length: ahead }, (_, i) => slotOf(version + 1 + i, slots));
  const found = new Map((await logs.read(logId, wanted)).map((entry) => [slotOf(entry.version, slots), entry]));
  const entries: LogEntry[] = [];
  let before = position.commitId;
  for (const [i, slot] of wanted.entries()) {
    const entry = found.get(slot);
    const next = version + 1 + i;
    if (entry === undefined || entry.version < next) break;
    // What comes behind an entry of this read may have been overwritten since: the next read finds out.
    if (entry.version > next && i > 0) break;
    if (entry.version > next) throw overwritten(logId, next, entry.version);
    if (entry.previousCommitId !== before) throw notTheSame(logId, next);
    before = entry.commitId;
    entries.push(entry);
  }
  return Promise.all(
    entries.map(async (entry) => ({ logId, entry, rows: await rowsOf(settings, exchange, receiver, logId, entry) })),
  );
}

async function rowsOf(
  { blobs }: ReadSettings,
  exchange: Exchange,
  receiver: number,
  logId: string,
  { version, sent }: LogEntry,
): Promise<readonly Row[]> {
  // Before the exchange was a part of the pipeline there were no rows for it (PL-35).
  if (sent?.rows === undefined) return [];
  const bytes = await readBody(blobs, sent.rows);
  if (bytes === undefined) {
    const text = `rows of version ${version} of ${logId} must be there until all receivers have taken them, got none; restore the deleted object`;
    throw new TidemarkError('internal', 'OBJECT_MISSING', text);
  }
  return decodeRows(decompress(bytes), receiver, exchange.receivers);
}

/** The gate makes that impossible for a position that is committed; one in the memory of an instance may be old. */
function overwritten(logId: string, wanted: number, found: number): TidemarkError {
  const text = `version ${wanted} of ${logId} must stay until all receivers have taken it, got ${found} in its slot; another instance is ahead, reload`;
  return new TidemarkError('fenced', 'ENTRY_OVERWRITTEN', text);
}

function notTheSame(logId: string, version: number): TidemarkError {
  const text = `version ${version} of ${logId} must follow what was read of that log, got another chain; restore the log table to one moment for all logs`;
  return new TidemarkError('internal', 'LOG_DAMAGED', text);
}
