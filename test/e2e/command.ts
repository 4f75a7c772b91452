import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = resolve(import.meta.dirname, '../../bin/tidemark.js');

/** Runs the command to its end. */
export function tidemark(...args: readonly string[]): { stdout: string; stderr: string; status: number | null } {
  return tidemarkWith({}, ...args);
}

/** The same with further variables in its environment. */
export function tidemarkWith(
  variables: Readonly<Record<string, string>>,
  ...args: readonly string[]
): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 2 ** 28,
    env: { ...process.env, ...variables },
  });
  return { stdout, stderr, status };
}

/** Starts the command; its output is read by nobody. */
export function startTidemark(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], { stdio: 'ignore' });
}

/** The first line on stderr of a command that is started for it and stopped after it; undefined: it ended without one like it. */
export async function firstLineOf(args: readonly string[], like: RegExp): Promise<string | undefined> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  try {
    for await (const line of createInterface({ input: child.stderr })) if (like.test(line)) return line;
    return undefined;
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

/** Process ids of the children of `parent` whose command line has `part`. */
export function childrenOf(parent: number, part: string): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && Number(match[2]) === parent && String(match[3]).includes(part))
    .map((match) => Number(match?.[1]));
}
