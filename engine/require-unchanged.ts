import { TidemarkError } from './errors.ts';
import type { Progress } from './state/progress.ts';
import type { SourcePartition } from './record.ts';
import { digestOf, type RecordIdentity } from './record-digest.ts';

/** Where a log stands, and what it counted there. */
type Reached = Pick<Progress, 'reached' | 'reachedDigest'>;

const REMEDY = [
  'its records above some offset were lost and others took their offsets (unclean leader election, restored disk),',
  'none of which is counted: restore the log table to a moment before that, and the input with it,',
  'or start over under a new pipeline name',
].join(' ');

/**
 * Compares what the source has at the offset that a log has reached with what was counted there. A source that was cut
 * back below it, and has grown beyond it since, brings new records that look like replays (PL-13).
 *
 *     counted   0 1 2 3 4 5 6 7 8 9 ◄── reached
 *     source    0 1 2 3 4 a b c d e f g        e is not 9
 *
 * @param found a record of the source at or below `reached`; undefined, or below it: it tells nothing
 * @throws SOURCE_REWRITTEN (internal)
 */
export function requireUnchanged(partition: SourcePartition, log: Reached, found: RecordIdentity | undefined): void {
  const { reached, reachedDigest } = log;
  if (found?.offset !== reached || reachedDigest === undefined || digestOf(found) === reachedDigest) return;
  const { source, partition: name } = partition;
  const text = `partition ${name} of ${source} must have the record that was counted at offset ${reached}, got another`;
  const context = { source, partition: name, reached: String(reached) };
  throw new TidemarkError('internal', 'SOURCE_REWRITTEN', `${text}; ${REMEDY}`, { context });
}
