import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import { SOURCE_EXTENSION } from '../../lambdas/source-extension.ts';
import type { Listening } from './serve.ts';

/** A running emulator of an AWS service. */
export interface Emulator {
  /** @example 'http://127.0.0.1:40123' */
  readonly endpoint: string;
  /** Rejects with EMULATOR_ENDED when it ends by itself, e.g. because the disk is full; never resolves. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
}

export interface EmulatorSpec {
  /** For people: `Kinesis`. */
  readonly service: string;
  /** File name of the child's module, without its extension. */
  readonly module: string;
  /** Folder of its data. */
  readonly path: string;
  /** Fails as long as the emulator cannot answer. */
  readonly probe: (endpoint: string) => Promise<unknown>;
}

/** How long a predecessor that was killed may take to let go of the data. */
const LOCK_WAIT_MS = 5_000;

/**
 * Starts an emulator in a process of its own, on a free port.
 *
 * @throws EMULATOR_START (unavailable) when it does not answer, with the emulator's own reason
 */
export async function startEmulator(spec: EmulatorSpec): Promise<Emulator> {
  mkdirSync(spec.path, { recursive: true });
  for (let waitedMs = 0; ; waitedMs += 200) {
    const attempt = launch(spec);
    try {
      const endpoint = `http://127.0.0.1:${await attempt.port}`;
      await Promise.race([spec.probe(endpoint), attempt.ended]);
      return { endpoint, ended: attempt.ended, stop: () => attempt.stop() };
    } catch (error) {
      await attempt.stop();
      if (waitedMs >= LOCK_WAIT_MS) {
        throw new TidemarkError(
          'unavailable',
          'EMULATOR_START',
          `the ${spec.service} emulator does not start in ${spec.path}: ${attempt.reason() || messageOf(error)}`,
          { cause: error },
        );
      }
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

interface Launch {
  readonly port: Promise<number>;
  readonly ended: Promise<never>;
  reason(): string;
  stop(): Promise<void>;
}

function launch(spec: EmulatorSpec): Launch {
  const child = fork(join(import.meta.dirname, `${spec.module}${SOURCE_EXTENSION}`), [spec.path], {
    execArgv: ['--disable-warning=DEP0005', '--disable-warning=DEP0169'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  let stopping = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4_000);
  });
  const reason = (): string => reasonIn(stderr);
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const ended = new Promise<never>((_, reject) => {
    // 'close' comes after the last of stderr, which holds the reason.
    child.once('close', () => {
      if (!stopping) reject(endedByItself(spec, reason()));
    });
  });
  ended.catch(() => undefined); // handled by whoever races on it; nobody does while it starts
  const port = new Promise<number>((resolve, reject) => {
    child.once('message', (value) => resolve((value as Listening).port));
    child.once('error', reject);
    child.once('exit', () => reject(endedByItself(spec, reason())));
  });
  return {
    port,
    ended,
    reason,
    stop: async () => {
      stopping = true;
      end(child);
      await exited;
    },
  };
}

function end(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL'); // both write with every request: there is nothing to flush
}

function endedByItself(spec: EmulatorSpec, reason: string): TidemarkError {
  const because = reason === '' ? '' : `: ${reason}`;
  return new TidemarkError(
    'unavailable',
    'EMULATOR_ENDED',
    `the ${spec.service} emulator ended${because}; nothing is lost, start again to go on`,
  );
}

/** The line of an uncaught error, without its stack. */
export function reasonIn(stderr: string): string {
  const lines = stderr.split('\n');
  return (
    lines.find((line) => /^\[?\w*Error\b/.test(line)) ??
    lines.find((line) => /error: /i.test(line)) ??
    lines.find((line) => line.trim() !== '') ??
    ''
  )
    .trim()
    .replace(/^\[(.*)\]( \{)?$/, '$1');
}
