import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from './json-file.ts';

/** Rights of the group and of all others. */
const OTHERS = 0o077;

/**
 * Keeps a data dir for its owner, since it holds the user's records: what this process and its children write from here on
 * is theirs alone, and what an earlier release has left readable is closed. Windows has no such rights.
 *
 * @param marker a file that every data dir has; closed last, so that a walk that was interrupted is taken up again
 */
export function keepToOwner(root: string, marker: string): void {
  if (process.platform === 'win32') return;
  process.umask(OTHERS);
  if (!isOpenToOthers(root) && !isOpenToOthers(marker)) return;
  close(root);
  for (const entry of readdirSync(root)) if (join(root, entry) !== marker) closeAll(join(root, entry));
  close(marker);
}

/** Whether other users of the machine may read it: some file systems keep no rights, and some files are another user's. */
export function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (modeOf(path) & OTHERS) !== 0;
}

function closeAll(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink()) return;
  close(path);
  if (found.isDirectory()) for (const entry of readdirSync(path)) closeAll(join(path, entry));
}

function close(path: string): void {
  if (!isOpenToOthers(path)) return;
  try {
    chmodSync(path, modeOf(path) & ~OTHERS);
  } catch (error) {
    // ENOENT: a process at work has removed it. Else the run says that others may read it.
    if (!['ENOENT', 'EPERM', 'ENOTSUP', 'EROFS'].some((code) => hasCode(error, code))) throw error;
  }
}

function modeOf(path: string): number {
  return (lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
}
