/**
 * Which objects of a log may be deleted. A log table that is restored to an earlier moment goes on from there in another line,
 * beside objects of the line that was given up, whose versions are the same and more. Nothing in a key tells the lines apart,
 * but they live one after the other, so the times at which objects were stored do:
 *
 *     line A   100 ── 104 ── 108 ┄┄┄┄┄ given up               once two snapshots of higher versions were stored after one,
 *     line B   100 (mark) ────────────── 104 ── 108           no line points to it: either its own line has gone on, or
 *                                                             another one has begun
 *
 * A snapshot to which a restored line points again has those two from before: a mark says that it counts from then on.
 *
 * What a snapshot stands on is kept as long as it is. Its key says of which version the whole one is, and all in between
 * are kept, of whatever line: no object need be read for it.
 */
import { OLDEST_PAGE, type StoredBlob } from '../ports.ts';
import { isReopened, versionOfKey, wholeVersionOf } from './log-id.ts';
import { versionsInChain } from './snapshot-chain.ts';

/** The first page of each kind, ascending. */
export interface StoredObjects {
  readonly snapshots: readonly StoredBlob[];
  readonly spills: readonly StoredBlob[];
  /** Marks: see `reopenedKeyOf`. */
  readonly reopened: readonly StoredBlob[];
}

/**
 * The keys of what no log can need that is restored to `sinceMs` or later, however often it was restored before.
 *
 * @param pointedTo snapshots that are kept whatever their age: the newest two of this line; '' for version 0
 * @param slots of the ring
 */
export function unneededKeys(
  stored: StoredObjects,
  pointedTo: readonly string[],
  sinceMs: number,
  slots: number,
): string[] {
  const { snapshots, spills, reopened } = stored;
  const byThen = snapshots
    .filter(({ storedAtMs }) => storedAtMs <= sinceMs)
    .map(({ key, storedAtMs }) => ({ version: versionOfKey(key), storedAtMs }));
  const isSuperseded = (version: number, isLater: (storedAtMs: number) => boolean): boolean => {
    const next = byThen.find((one) => one.version > version && isLater(one.storedAtMs));
    return next !== undefined && byThen.some((one) => one.version > next.version && isLater(one.storedAtMs));
  };
  const stale = reopened.filter(({ key, storedAtMs: markedMs }) =>
    isSuperseded(versionOfKey(key), (storedAtMs) => storedAtMs > markedMs),
  );
  const marks = reopened.filter((mark) => !stale.includes(mark));
  // Marks of later snapshots may stand on the next page.
  const lastMarked =
    reopened.length < OLDEST_PAGE ? Infinity : Math.max(...reopened.map(({ key }) => versionOfKey(key)));
  const isNeeded = ({ key, storedAtMs: ownMs }: StoredBlob): boolean => {
    const version = key === '' ? 0 : versionOfKey(key);
    return (
      pointedTo.includes(key) ||
      version >= lastMarked ||
      marks.some((mark) => isReopened(mark.key, key)) ||
      !isSuperseded(version, (storedAtMs) => storedAtMs >= ownMs)
    );
  };
  // Before its first snapshot, a log is read from its first version on.
  const all = [{ key: '', storedAtMs: -Infinity }, ...snapshots];
  const needed = all.filter(isNeeded);
  const oldest = Math.min(...needed.map(({ key }) => (key === '' ? 0 : versionOfKey(key))));
  const chains = [...needed.map(({ key }) => key), ...pointedTo].filter((key) => key !== '').map(chainOf);
  // Those on the next page stand on some of this one.
  if (snapshots.length >= OLDEST_PAGE)
    chains.push({ from: versionOfKey(snapshots.at(-1)?.key ?? '') - versionsInChain(slots), to: Infinity });
  const isStoodOn = (version: number): boolean => chains.some(({ from, to }) => from <= version && version <= to);
  return [
    ...snapshots.filter((one) => !needed.includes(one) && !isStoodOn(versionOfKey(one.key))),
    ...spills.filter(({ key }) => versionOfKey(key) <= oldest),
    ...stale,
  ].map(({ key }) => key);
}

/** The versions of all that a snapshot stands on, and its own; none where it is whole. */
function chainOf(key: string): { readonly from: number; readonly to: number } {
  const [from, to] = [wholeVersionOf(key), versionOfKey(key)];
  return from === to ? { from: Infinity, to } : { from, to };
}

/**
 * Whether newer snapshots may have been stored than the one that a log points to.
 *
 * @param stored the first page of snapshots from its version on, ascending
 */
export function mayBeReopened(version: number, snapshotKey: string, stored: readonly StoredBlob[]): boolean {
  const ownMs = stored.find(({ key }) => key === snapshotKey)?.storedAtMs ?? -Infinity;
  const isNewer = ({ key, storedAtMs }: StoredBlob): boolean => versionOfKey(key) > version && storedAtMs >= ownMs;
  return stored.length >= OLDEST_PAGE || stored.some(isNewer);
}
