import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hasCode, readTextFile } from './json-file.ts';
import { isAlive, thisProcess, type ProcessIdentity } from './process-identity.ts';

/** Who works on a pipeline's folder. */
export interface LockHolder extends ProcessIdentity {
  /** `local` stays for long, `reader` for moments. */
  readonly role: 'local' | 'reader';
}

export type LockAttempt =
  { readonly kind: 'locked'; release(): void } | { readonly kind: 'held'; readonly holder: LockHolder };

/** Takes the lock file, or tells who has it. A lock whose process is gone (`kill -9`) is taken over. */
export function tryLock(path: string, role: LockHolder['role']): LockAttempt {
  const mine = JSON.stringify({ ...thisProcess(), role });
  for (;;) {
    if (createWhole(path, mine)) return { kind: 'locked', release: () => releaseIfMine(path, mine) };
    const found = readTextFile(path);
    const holder = found === undefined ? undefined : lockIn(found);
    if (holder !== undefined && isAlive(holder)) return { kind: 'held', holder };
    if (found !== undefined) removeStale(path, found);
  }
}

/**
 * Removes the lock unless another process has taken it over since it was read: that one's is put back.
 *
 *     this process    reads the stale lock ─────────────────────────► moves what is there away: not what it read
 *     another              reads it too ──► removes it ──► takes the lock           └──► links it back
 */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  try {
    if (readFileSync(aside, 'utf8') !== stale) linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** The live or dead holder of the lock; undefined when the file is missing or no lock. */
export function readLock(path: string): LockHolder | undefined {
  const text = readTextFile(path);
  return text === undefined ? undefined : lockIn(text);
}

function lockIn(text: string): LockHolder | undefined {
  try {
    return JSON.parse(text) as LockHolder;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Creates the file with its content in one step, so that nobody reads half a lock. */
function createWhole(path: string, text: string): boolean {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function releaseIfMine(path: string, mine: string): void {
  if (readTextFile(path) !== undefined && readFileSync(path, 'utf8') === mine) rmSync(path, { force: true });
}
