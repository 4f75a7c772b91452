import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** Replaces the file as a whole: after a crash it holds the old value or the new one, never a part. */
export function writeJsonFile(path: string, value: unknown): void {
  replaceFile(path, value, fsyncSync);
}

/**
 * The same for a file that is replaced with every call: what was written outlives the process (`kill -9`), not the machine.
 * The emulators' records and items outlive no more than that: where they are gone, a file that tells of them is of no use.
 */
export function writeJsonFileOften(path: string, value: unknown): void {
  replaceFile(path, value, () => undefined);
}

function replaceFile(path: string, value: unknown, sync: (file: number) => void): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
  try {
    writeSync(file, `${JSON.stringify(value)}\n`);
    sync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** The value in the file; undefined when there is no such file. */
export function readJsonFile<T>(path: string): T | undefined {
  const text = readTextFile(path);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

export function readTextFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** True for an error of the file system with this code, e.g. `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
