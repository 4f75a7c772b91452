import { TidemarkError, messageOf } from '../../engine/errors.ts';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the disk quota is used up: free some space',
  EACCES: 'this process may not write there: correct the rights',
  EPERM: 'this process may not write there: correct the rights',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open: raise the limit',
};

/** Error code of a file operation, e.g. `ENOENT`. */
export function fileErrorCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** BLOB_UNAVAILABLE, with what to do where that is known. */
export function fileFailure(error: unknown, action: string, context: Record<string, unknown>): TidemarkError {
  const remedy = REMEDIES[fileErrorCode(error) ?? ''];
  const text = `could not ${action}: ${messageOf(error)}${remedy === undefined ? '' : `; ${remedy}`}`;
  return new TidemarkError('unavailable', 'BLOB_UNAVAILABLE', text, { context, cause: error });
}
