import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { RunningEmulator } from './emulator.ts';

const projectDir = resolve(import.meta.dirname, '../../..');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** Runs a script of package.json as a user does, against an emulator. */
export async function npmRun(
  { variables }: RunningEmulator,
  script: string,
  ...args: readonly string[]
): Promise<Ended> {
  const startMs = Date.now();
  const env = { ...process.env, ...variables };
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
    cwd: projectDir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  const status = await new Promise<number | null>((ended, failed) => child.on('error', failed).on('close', ended));
  return { ...output, status, elapsedMs: Date.now() - startMs };
}
