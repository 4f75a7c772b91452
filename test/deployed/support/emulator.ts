import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../services/java/java-process.ts';
import { MINISTACK_PROGRAM } from './python-tools.ts';

const READY_MS = 30_000;

export interface RunningEmulator {
  readonly endpoint: string;
  /** The newest of what it has written. */
  output(): string;
  stop(): Promise<void>;
}

/** The emulator at AWS_ENDPOINT_URL when that is set, else a MiniStack of our own. */
export function emulator(): Promise<RunningEmulator> {
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  return endpoint === undefined ? startMinistack() : Promise.resolve({ endpoint, output: () => '', stop: () => Promise.resolve() });
}

/** MiniStack on a free port of loopback, its functions in processes of this Node. @throws with its output when it does not come up */
export async function startMinistack(): Promise<RunningEmulator> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-ministack-'));
  const settings = { GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', MINISTACK_HOST: '127.0.0.1', LAMBDA_EXECUTOR: 'local', TMPDIR: folder };
  const env = { PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter), HOME: folder, ...settings };
  const child = spawn(MINISTACK_PROGRAM, [], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-20_000)));
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  for (let waitedMs = 0; !(await answers(endpoint)); waitedMs += 100) {
    if (child.exitCode !== null || waitedMs > READY_MS) {
      await stop();
      throw new Error(`MiniStack must answer at ${endpoint} within ${READY_MS} ms, got none; its output:\n${output}`);
    }
    await wait(100);
  }
  return { endpoint, output: () => output, stop };
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/_ministack/health`).then(({ ok }) => ok, () => false);
}
