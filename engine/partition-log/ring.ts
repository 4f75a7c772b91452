import type { Sent } from './entry.ts';

/**
 * The arithmetic of the ring. Version v lives in slot v mod W and takes the place of version v - W:
 *
 *     slot      0     1     2     3          W = 4, head = 6
 *     version   4     5     6     3   ◄── version 7 goes here: the slot must hold 3 (PL-1), and a snapshot
 *                                         and every delivery must cover 3 (PL-3)
 */

/** Slots of a ring. A change of this number would misread every existing log. */
export const RING_SLOTS = 64;

export function slotOf(version: number, slots: number): number {
  return version % slots;
}

/** What the slot must hold before version v is put there: exactly this, or nothing (PL-1). */
export function expectedVersion(version: number, slots: number): number | undefined {
  return version <= slots ? undefined : version - slots;
}

/** Version v may take the place of v - W only when nobody needs that any more (PL-3). */
export function mayOverwrite(
  version: number,
  slots: number,
  snapshotVersion: number,
  publishedVersion: number,
): boolean {
  return version - slots <= Math.min(snapshotVersion, publishedVersion);
}

/** … and, of a sender, when all receivers have taken it, or it is older than its exchange (PL-31). */
export function isConsumed(
  version: number,
  slots: number,
  { consumedVersion, sinceVersion = 1 }: Pick<Sent, 'consumedVersion' | 'sinceVersion'>,
): boolean {
  return version - slots <= Math.max(consumedVersion, sinceVersion - 1);
}

/** From which version on a sender's log bears its exchange, once `version` is written: from the first that says so (PL-35). */
export function sinceOf(
  head: { readonly sent?: Pick<Sent, 'sinceVersion'> | undefined } | undefined,
  version: number,
): Pick<Sent, 'sinceVersion'> {
  const { sinceVersion = 1 } = head?.sent ?? { sinceVersion: version };
  return sinceVersion === 1 ? {} : { sinceVersion };
}

/** A snapshot is due half a ring after the last one, or when the deltas since then outweigh it (PL-8). */
export function isSnapshotDue(
  versionsSince: number,
  deltaBytesSince: number,
  snapshotBytes: number,
  slots: number,
): boolean {
  return versionsSince >= slots / 2 || deltaBytesSince > Math.max(snapshotBytes, MIN_DELTA_BYTES);
}

/**
 * How many commits a snapshot may take that is written bit by bit: by three quarters of a ring it is there, so that it does
 * not fill the ring. At least 1.
 */
export function commitsUntilLate(versionsSince: number, slots: number): number {
  return Math.max(1, Math.floor((slots * 3) / 4) - versionsSince);
}

/** Below this much of deltas, reading them is as cheap as reading a snapshot. */
const MIN_DELTA_BYTES = 1_048_576;
