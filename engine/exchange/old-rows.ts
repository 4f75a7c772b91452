import { rowsPrefix, versionOfKey } from '../partition-log/log-id.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import { deleteObjects } from '../partition-log/objects.ts';

/**
 * Objects of rows live as long as the slot of their entry, not until they are read (PL-31): one whose slot has been
 * overwritten is deleted, once a round of the ring, unless the log table can be restored to a moment before that.
 */
export async function deleteOldRows(
  { blobs, clock, slots, recoveryMs = 0 }: LogSettings,
  logId: string,
  version: number,
): Promise<void> {
  if (version % slots !== 0) return;
  const sinceMs = clock.nowMs() - recoveryMs;
  const stored = await blobs.oldest(rowsPrefix(logId));
  const old = stored.filter(({ key, storedAtMs }) => versionOfKey(key) <= version - slots && storedAtMs <= sinceMs);
  await deleteObjects(
    blobs,
    old.map(({ key }) => key),
  );
}
