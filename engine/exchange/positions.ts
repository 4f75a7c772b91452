/**
 * How far a receiver has read its senders' logs. One list, whole in every commit (PL-33):
 *
 *     sender   A            B             C
 *     version  43 live      17 done       0 live, after B       time: the smallest watermark of those that are live
 */
import type { SenderPosition } from '../state/sender-position.ts';
import { partitionOfLog } from '../partition-log/log-id.ts';
import type { Child } from '../partition-log/entry.ts';
import { NO_WATERMARK } from '../time/watermark.ts';

/** What a receiver takes of one entry, as far as its positions depend on it. */
export interface TakenEntry {
  readonly logId: string;
  readonly version: number;
  readonly commitId: string;
  readonly watermarkMs: number;
  /** Not empty: it is the sender's seal. */
  readonly children: readonly Child[];
}

/** Where a receiver begins: every root at its first entry, without a watermark (PL-35). */
export function firstPositions(roots: readonly string[]): SenderPosition[] {
  return roots.map((logId) => positionOf(logId, NO_WATERMARK, []));
}

function positionOf(logId: string, watermarkMs: number, parents: readonly string[]): SenderPosition {
  return { logId, version: 0, commitId: '', watermarkMs, isDone: false, parents };
}

/** The positions once an entry was taken. */
export function afterEntry(positions: readonly SenderPosition[], entry: TakenEntry): readonly SenderPosition[] {
  const { logId, version, commitId, watermarkMs, children } = entry;
  const place = positions.findIndex((position) => position.logId === logId);
  const before = positions[place] as SenderPosition;
  const sealed = {
    ...before,
    version,
    commitId,
    watermarkMs: Math.max(before.watermarkMs, watermarkMs),
    isDone: children.length > 0,
  };
  const moved = positions.with(place, sealed);
  // Nearly every entry: who the senders are stays as it is.
  if (!sealed.isDone && (before.version > 0 || before.parents.length === 0)) return moved;
  const grown = children.reduce<readonly SenderPosition[]>(
    (all, child) => withChild(all, child, sealed.watermarkMs),
    moved,
  );
  return withoutForgotten(grown);
}

/** A child waits with the watermark of the parent that was furthest behind: what comes of that one is no later (PL-36). */
function withChild(
  positions: readonly SenderPosition[],
  { logId, parents }: Child,
  watermarkMs: number,
): readonly SenderPosition[] {
  const known = positions.find((position) => position.logId === logId);
  if (known === undefined) return [...positions, positionOf(logId, watermarkMs, parents)];
  if (known.version > 0) return positions;
  const least = { ...known, watermarkMs: Math.min(known.watermarkMs, watermarkMs) };
  return positions.map((position) => (position === known ? least : position));
}

/** A sender that is done is forgotten once no child waits for it. */
function withoutForgotten(positions: readonly SenderPosition[]): readonly SenderPosition[] {
  const awaited = new Set(positions.flatMap((position) => (position.version === 0 ? ownParents(position) : [])));
  return positions.filter(({ logId, isDone }) => !isDone || awaited.has(logId));
}

/**
 * Senders whose next entry may be read: those that are not done, but for children whose parents are not (PL-36). A parent
 * that is not in the list has not been named yet, for one that is done stays as long as a child waits for it.
 *
 * A partition of a source that was made again, or of another one, waits for all that is left of the source before. Its seals
 * name the last logs of that one, but a function that still reads it may split them meanwhile. Once all that are left wait for
 * parents, no more of these will ever be named, for those before them are sealed for the next source: such a child has not
 * begun, and never says more than its own seal.
 */
export function readable(positions: readonly SenderPosition[]): SenderPosition[] {
  const done = new Set(positions.filter(({ isDone }) => isDone).map(({ logId }) => logId));
  const live = positions.filter(({ isDone }) => !isDone);
  const isChildWaiting = (position: SenderPosition) =>
    position.version === 0 && ownParents(position).some((parent) => !done.has(parent));
  const sources = new Set(live.map(({ logId }) => sourceOf(logId)));
  const goingOn = new Set(live.filter((one) => !isChildWaiting(one)).map(({ logId }) => sourceOf(logId)));
  const followed = new Set(live.filter(({ version }) => version === 0).flatMap(sourcesBefore));
  const isLeft = ({ logId }: SenderPosition) => followed.has(sourceOf(logId)) && !goingOn.has(sourceOf(logId));
  const isNextWaiting = (position: SenderPosition) =>
    position.version === 0 && sourcesBefore(position).some((one) => sources.has(one));
  return live.filter((one) => !isNextWaiting(one) && (!isChildWaiting(one) || isLeft(one)));
}

/** Parents of the same source; of receivers all, for those before them are named for good. */
function ownParents({ logId, parents }: SenderPosition): readonly string[] {
  return isReceiver(logId) ? parents : parents.filter((parent) => sourceOf(parent) === sourceOf(logId));
}

function sourcesBefore({ logId, parents }: SenderPosition): readonly string[] {
  return isReceiver(logId) ? [] : parents.map(sourceOf).filter((source) => source !== sourceOf(logId));
}

const isReceiver = (logId: string): boolean => partitionOfLog(logId).stage !== '0';

/** What all logs of a source's incarnation begin with. */
const sourceOf = (logId: string): string => logId.slice(0, logId.lastIndexOf('/') + 1);

/** The smallest watermark of the senders that are live; never less than `before`, and as it was when none is (PL-34). */
export function receiverWatermark(positions: readonly SenderPosition[], before: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { isDone, watermarkMs } of positions) if (!isDone) least = Math.min(least, watermarkMs);
  return least === Number.POSITIVE_INFINITY ? before : Math.max(before, least);
}
