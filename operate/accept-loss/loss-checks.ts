import type { RecordsBetween } from '../../adapters/shared/records-between.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { Lineage } from '../../engine/ports.ts';
import type { Offset } from '../../engine/record.ts';
import type { LossRange } from './loss-range.ts';

const NEWEST = 'run the command that the newest error of the function names';

/** What a log says, as far as a loss depends on it. */
export interface LogFacts {
  readonly logId: string;
  /** 0: there is no log. */
  readonly version: number;
  readonly reached: Offset;
  readonly isSealed: boolean;
  /** Of the definition that wrote it; undefined: there is no log. */
  readonly fingerprint: string | undefined;
}

/**
 * The log stands where the range begins.
 *
 * @param fingerprint of the definition that the command has loaded
 * @throws NOTHING_TO_ACCEPT, LOSS_OUTDATED, DEFINITION_DIFFERS (invalid)
 */
export function requireLogBefore({ from, to }: LossRange, log: LogFacts, fingerprint: string): void {
  const { logId, version, isSealed } = log;
  if (isSealed) throw nothing(`log ${logId} must be open, got one that is sealed: other shards go on with its keys`);
  if (version === 0 && to !== 'end')
    throw nothing(`log ${logId} must exist, got none: it begins with whatever record comes first`);
  if (version > 0 && log.fingerprint !== fingerprint) {
    const text = `definition must be the one that wrote log ${logId}, got another; check out the definition that is deployed, then accept the loss with it`;
    throw new TidemarkError('invalid', 'DEFINITION_DIFFERS', text, {
      context: { logId, log: log.fingerprint, definition: fingerprint },
    });
  }
  requireBehind({ from, to }, log);
}

/**
 * A range that the log has accepted already: it ends where the log goes on, so what is left to check is where it begins.
 *
 * @param first record that the source still has of it; undefined: none, or the source was not asked
 * @throws LOSS_OUTDATED (invalid)
 */
export function requireAccepted(range: LossRange, log: Pick<LogFacts, 'logId' | 'reached'>, first?: Offset): void {
  requireBehind(range, log);
  if (first !== undefined) requireFirst(range, first);
}

function requireBehind(
  { from, to }: Pick<LossRange, 'from' | 'to'>,
  { logId, reached }: Pick<LogFacts, 'logId' | 'reached'>,
): void {
  if (from <= reached || (to === 'end' && from !== reached + 1n)) {
    throw outdated(
      `from must be ${to === 'end' ? 'right ' : ''}behind what log ${logId} has reached, ${reached}, got ${from}`,
    );
  }
}

function requireFirst({ partition, from }: LossRange, first: Offset): void {
  if (first !== from)
    throw outdated(
      `from must be the first record of partition ${partition} that is not counted, ${first}, got ${from}`,
    );
}

/**
 * The range is the hole that the source has behind the log: no more, no less.
 *
 * @param first record that the source has behind the log and before `to`; undefined: none
 * @throws NOTHING_TO_ACCEPT, LOSS_OUTDATED, LOSS_BEYOND_END (invalid)
 */
export function requireHole(
  range: LossRange,
  first: Offset | undefined,
  { isFollowed }: Pick<RecordsBetween, 'isFollowed'>,
): void {
  const { partition, from, to } = range;
  if (first === undefined)
    throw nothing(
      `partition ${partition} must have records from ${from} up to ${to} that are not counted, got none in its source`,
    );
  requireFirst(range, first);
  if (!isFollowed) {
    const text = `to must be the offset of a record that partition ${partition} has, got ${to}; ${NEWEST}`;
    throw new TidemarkError('invalid', 'LOSS_BEYOND_END', text, { context: { partition, to: String(to) } });
  }
}

/**
 * The stream has forgotten the shard, and others came of it.
 *
 * @throws NOTHING_TO_ACCEPT (invalid) nothing waits for it, or its records can be brought still
 */
export function requireForgotten({ partition }: LossRange, shards: ReadonlyMap<string, Lineage>): void {
  if (shards.has(partition)) {
    const cure =
      'bring its records with an event source mapping that starts at TRIM_HORIZON, or name the offset at which it goes on';
    throw nothing(`partition ${partition} must be forgotten by its stream for --to end, got one that is listed`, cure);
  }
  const isParent = [...shards.values()].some(({ parents }) => parents.includes(partition));
  if (!isParent)
    throw nothing(
      `partition ${partition} must be a parent of a shard that the stream lists, got one that none came of`,
    );
}

function nothing(text: string, whatToDo = NEWEST): TidemarkError {
  return new TidemarkError('invalid', 'NOTHING_TO_ACCEPT', `${text}; ${whatToDo}`);
}

function outdated(text: string): TidemarkError {
  return new TidemarkError('invalid', 'LOSS_OUTDATED', `${text}; the log or its source has gone on: ${NEWEST}`);
}
