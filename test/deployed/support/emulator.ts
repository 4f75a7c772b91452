import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../services/java/java-process.ts';
import { MINISTACK_PROGRAM } from './ministack.ts';

const READY_MS = 30_000;

export interface RunningEmulator {
  readonly endpoint: string;
  /** Certificate to trust, as PEM; undefined: as any process does. */
  readonly ca: string | undefined;
  /** Environment that leads a child process to it. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The emulator at AWS_ENDPOINT_URL when that is set, else a MiniStack of our own. */
export function emulator(): Promise<RunningEmulator> {
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined) return startMinistack();
  return Promise.resolve({ endpoint, ca: undefined, variables: variablesOf(endpoint), stop: () => Promise.resolve() });
}

/**
 * MiniStack on a free port of loopback, its functions in processes of this Node. Rights are enforced, as in an account: of
 * users, of the functions' roles, and of buckets that take requests over TLS only.
 *
 * @throws with its output when it does not come up
 */
export async function startMinistack(): Promise<RunningEmulator> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-ministack-'));
  const certificate = join(folder, 'ministack-tls', 'server.crt');
  const settings = {
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    LAMBDA_EXECUTOR: 'local',
    USE_SSL: '1',
    AUTH: 'true',
    TMPDIR: folder,
  };
  const env = {
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: folder,
    NODE_EXTRA_CA_CERTS: certificate,
    ...settings,
  };
  const child = spawn(MINISTACK_PROGRAM, [], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-20_000)));
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  for (let waitedMs = 0; !(await answers(port, certificate)); waitedMs += 100) {
    if (child.exitCode !== null || waitedMs > READY_MS) {
      await stop();
      throw new Error(
        `MiniStack must answer on port ${port} within ${READY_MS} ms, got nothing; its output:\n${output}`,
      );
    }
    await wait(100);
  }
  const endpoint = `https://127.0.0.1:${port}`;
  const variables = { ...variablesOf(endpoint), AWS_CA_BUNDLE: certificate, NODE_EXTRA_CA_CERTS: certificate };
  return { endpoint, ca: readFileSync(certificate, 'utf8'), variables, stop };
}

function variablesOf(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

/** MiniStack makes its certificate when it starts. */
function answers(port: number, certificate: string): Promise<boolean> {
  if (!existsSync(certificate)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const request = get(
      { host: '127.0.0.1', port, path: '/_ministack/health', ca: readFileSync(certificate) },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    request.on('error', () => resolve(false));
  });
}
