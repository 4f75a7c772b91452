import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { TidemarkError } from '../../engine/errors.ts';
import type { InvocationRequest, WireError, WorkerReply } from './protocol.ts';

export interface LocalFunctionProps {
  readonly functionName: string;
  /** The bundle: a module with an export `handler`. */
  readonly modulePath: string;
  readonly environment: Readonly<Record<string, string>>;
  /** @default 60000 */
  readonly timeoutMs?: number;
  /** Each line that the function prints to stdout. */
  readonly stdoutLine: (line: string) => void;
  readonly stderrLine: (line: string) => void;
}

interface Invocation {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * The function in a process of its own. As on Lambda, an invocation that takes too long ends the whole process, and the
 * next invocation begins with a cold start.
 */
export class LocalFunction {
  readonly #props: LocalFunctionProps;
  readonly #timeoutMs: number;
  readonly #inFlight = new Map<number, Invocation>();
  #child: ChildProcess | undefined;
  #ready: Promise<ChildProcess> | undefined;
  #nextId = 1;

  constructor(props: LocalFunctionProps) {
    this.#props = props;
    this.#timeoutMs = props.timeoutMs ?? 60_000;
  }

  /** Process id of the worker; undefined between workers. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the worker ahead of the first invocation. @throws what the cold start throws */
  async warmUp(): Promise<void> {
    await this.#worker();
  }

  /**
   * Runs the function once.
   *
   * @throws FUNCTION_TIMEOUT, FUNCTION_ENDED (unavailable) and whatever the function throws, kind and code kept
   */
  async invoke(event: unknown): Promise<unknown> {
    const child = await this.#worker();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#timeOut(child), this.#timeoutMs);
      this.#inFlight.set(id, { resolve, reject, timer });
      const request: InvocationRequest = {
        id,
        event,
        functionName: this.#props.functionName,
        requestId: randomUUID(),
        deadlineMs: Date.now() + this.#timeoutMs,
      };
      child.send(request, () => undefined); // a worker that is gone is seen by its exit
    });
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
  }

  #worker(): Promise<ChildProcess> {
    this.#ready ??= this.#spawn();
    return this.#ready;
  }

  #spawn(): Promise<ChildProcess> {
    const child = fork(join(import.meta.dirname, 'worker-process.ts'), [this.#props.modulePath], {
      env: { ...inherited(), ...this.#props.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    eachLine(child.stdout, this.#props.stdoutLine);
    eachLine(child.stderr, this.#props.stderrLine);
    return new Promise((resolve, reject) => {
      child.on('message', (reply: WorkerReply) => {
        if (reply.kind === 'ready') resolve(child);
        else if (reply.kind === 'cold-start-failed') {
          reject(coldStartError(reply.error));
          child.kill('SIGKILL'); // the next invocation is another cold start
        } else this.#settle(reply);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const error = new TidemarkError('unavailable', 'FUNCTION_ENDED', `the function ended with ${signal ?? `exit code ${code}`}`);
        reject(error);
        this.#ended(error);
      });
    });
  }

  #settle(reply: Extract<WorkerReply, { id: number }>): void {
    const invocation = this.#inFlight.get(reply.id);
    if (invocation === undefined) return; // it has timed out
    this.#inFlight.delete(reply.id);
    clearTimeout(invocation.timer);
    if (reply.kind === 'returned') invocation.resolve(reply.value);
    else invocation.reject(fromWireError(reply.error));
  }

  #timeOut(child: ChildProcess): void {
    this.#ended(new TidemarkError('unavailable', 'FUNCTION_TIMEOUT', `the function timed out after ${this.#timeoutMs} ms`));
    child.kill('SIGKILL');
  }

  #ended(error: TidemarkError): void {
    const invocations = [...this.#inFlight.values()];
    this.#inFlight.clear();
    this.#ready = undefined;
    this.#child = undefined;
    for (const invocation of invocations) {
      clearTimeout(invocation.timer);
      invocation.reject(error);
    }
  }
}

/** The function sees what Lambda gives it, and what a process needs; not the user's own AWS settings. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TZ', 'LANG', 'SystemRoot'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function eachLine(stream: Readable | null, line: (text: string) => void): void {
  if (stream !== null) createInterface({ input: stream, crlfDelay: Infinity }).on('line', line);
}

/** Whatever goes wrong before the first invocation goes wrong again: a retry does not help. */
function coldStartError(error: WireError): Error {
  if (error.kind === 'unavailable') return fromWireError(error);
  return new TidemarkError('invalid', error.code || 'COLD_START', error.kind === '' ? `the function does not start: ${error.name}: ${error.message}` : error.message);
}

function fromWireError(error: WireError): Error {
  switch (error.kind) {
    case 'invalid':
    case 'data':
    case 'unavailable':
    case 'fenced':
    case 'internal':
      return new TidemarkError(error.kind, error.code, error.message);
    default:
      return new Error(`the function failed with ${error.name}: ${error.message}`);
  }
}
