import { requireSetting } from '../../engine/errors.ts';

const SEGMENT = /^[\w.=~+:#@,%()-]{1,255}$/;

/** First segment that no key may have: file stores keep unfinished writes there. */
export const RESERVED_SEGMENT = '.tmp';

/**
 * Checks a blob key: segments that are safe as file names, between slashes. The same rule in every store, so that a key
 * that works in memory works everywhere.
 *
 * @throws INVALID_SETTING `blob key must be … got "../a"; …`
 */
export function requireBlobKey(key: string): string {
  return requireSetting(
    'blob key',
    key,
    isBlobKey(key),
    `slash-separated segments like "a/b-1.bin", of at most 1024 bytes`,
    'leave out "..", empty and special segments',
  );
}

function isBlobKey(key: string): boolean {
  const segments = key.split('/');
  return key.length <= 1024 && segments[0] !== RESERVED_SEGMENT && segments.every(isSafeSegment);
}

function isSafeSegment(segment: string): boolean {
  return SEGMENT.test(segment) && segment !== '.' && segment !== '..';
}

/** `text` as one segment of a key: any other character becomes `_`. */
export function toSegment(text: string): string {
  const segment = text.replace(/[^\w.=~+:#@,%()-]/g, '_').slice(0, 120);
  return isSafeSegment(segment) ? segment : '_';
}
