import { execFileSync } from 'node:child_process';
import { hasCode, readTextFile } from './json-file.ts';

/** A process that cannot be mistaken for a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the operating system tells it; empty where it does not. */
  readonly startedAt: string;
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid) };
}

export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    // EPERM: there is such a process, of another user.
  }
  return identity.startedAt === '' || identity.startedAt === startOf(identity.pid);
}

function startOf(pid: number): string {
  // Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets.
  const stat = readTextFile(`/proc/${pid}/stat`);
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  if (process.platform === 'linux' || process.platform === 'win32') return '';
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // ps exits with 1 when there is no such process: it has no start then.
    return '';
  }
}
