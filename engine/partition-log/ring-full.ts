import { TidemarkError } from '../errors.ts';
import type { LogEntry, Sent } from './entry.ts';

/** A version must wait before it takes the place of an older one (PL-3). */
export function notYetOverwritten(
  logId: string,
  version: number,
  slots: number,
  { snapshotVersion, publishedVersion }: Pick<LogEntry, 'snapshotVersion' | 'publishedVersion'>,
): TidemarkError {
  const text = `version ${version} of ${logId} must wait for a snapshot and delivery of version ${version - slots}, got snapshot ${snapshotVersion} and delivery ${publishedVersion}; see why they fail`;
  return new TidemarkError('unavailable', 'RING_FULL', text);
}

/** A version of a sender must wait for its receivers before it does (PL-31). */
export function notYetConsumed(
  logId: string,
  version: number,
  slots: number,
  exchangeId: string | undefined,
  { consumedVersion }: Pick<Sent, 'consumedVersion'>,
): TidemarkError {
  const text = `version ${version} of ${logId} must wait until all receivers of ${exchangeId} have taken version ${version - slots}, got ${consumedVersion}; see why they are behind`;
  return new TidemarkError('unavailable', 'RING_FULL', text);
}
