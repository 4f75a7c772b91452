import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { TidemarkError } from '../../engine/errors.ts';
import { SOURCE_EXTENSION } from '../../lambdas/source-extension.ts';
import { END_OF_OUTPUT, fromWireError, type InvocationRequest, type WireError, type WorkerReply } from './protocol.ts';

export interface FunctionProcessProps {
  /** The bundle: a module with an export `handler`. */
  readonly modulePath: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Each line that the function prints to stdout. */
  readonly stdoutLine: (line: string) => void;
  readonly stderrLine: (line: string) => void;
}

type InvocationReply = Extract<WorkerReply, { id: number }>;

interface Invocation {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Reply and output come by different ways: an invocation is over when both are here. */
  reply?: InvocationReply;
  outputEnded: boolean;
}

/** One process of the function, from cold start to its end; it is never started again. */
export class FunctionProcess {
  /** Resolves after the cold start. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #stdoutLine: (line: string) => void;
  readonly #inFlight = new Map<number, Invocation>();
  #end: TidemarkError | undefined;

  constructor(props: FunctionProcessProps) {
    this.#stdoutLine = props.stdoutLine;
    this.#child = fork(join(import.meta.dirname, `worker-process${SOURCE_EXTENSION}`), [props.modulePath], {
      env: { ...inherited(), ...props.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    eachLine(this.#child.stdout, (line) => this.#output(line));
    eachLine(this.#child.stderr, props.stderrLine);
    this.ready = this.#coldStart();
    this.ready.catch(() => undefined); // whoever invokes sees it
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** @throws what the function throws, and FUNCTION_ENDED (unavailable) when the process ends before */
  invoke(request: InvocationRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      this.#inFlight.set(request.id, { resolve, reject, outputEnded: false });
      this.#child.send(request, () => undefined); // a process that is gone is seen by its exit
    });
  }

  /** Ends the process at once; what is in flight fails with this error. */
  kill(reason: TidemarkError): void {
    this.#endWith(reason);
    this.#child.kill('SIGKILL');
  }

  #coldStart(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (reply: WorkerReply) => {
        if (reply.kind === 'ready') return resolve();
        if (reply.kind !== 'cold-start-failed') return this.#reply(reply);
        const error = coldStartError(reply.error);
        reject(error);
        this.kill(error);
      });
      const ended = (reason: string): void => {
        const error = new TidemarkError('unavailable', 'FUNCTION_ENDED', `the function ended with ${reason}`);
        reject(error);
        this.#endWith(error);
      };
      this.#child.once('error', (error) => ended(error.message));
      this.#child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    });
  }

  #output(line: string): void {
    const at = line.lastIndexOf(END_OF_OUTPUT);
    if (at !== 0) this.#stdoutLine(at < 0 ? line : line.slice(0, at));
    if (at < 0) return;
    const id = Number(line.slice(at + END_OF_OUTPUT.length));
    const invocation = this.#inFlight.get(id);
    if (invocation !== undefined) this.#settle(id, Object.assign(invocation, { outputEnded: true }));
  }

  #reply(reply: InvocationReply): void {
    const invocation = this.#inFlight.get(reply.id);
    if (invocation !== undefined) this.#settle(reply.id, Object.assign(invocation, { reply }));
  }

  #settle(id: number, { reply, outputEnded, resolve, reject }: Invocation): void {
    if (reply === undefined || !outputEnded) return;
    this.#inFlight.delete(id);
    if (reply.kind === 'returned') resolve(reply.value);
    else reject(fromWireError(reply.error));
  }

  #endWith(error: TidemarkError): void {
    this.#end ??= error;
    for (const { reject } of this.#inFlight.values()) reject(this.#end);
    this.#inFlight.clear();
  }
}

/** The function sees what Lambda gives it, and what a process needs; not the user's own AWS settings. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TZ', 'LANG', 'SystemRoot'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

function eachLine(stream: Readable | null, line: (text: string) => void): void {
  if (stream !== null) createInterface({ input: stream, crlfDelay: Infinity }).on('line', line);
}

/** Whatever goes wrong before the first invocation goes wrong again: a retry does not help. */
function coldStartError(error: WireError): TidemarkError {
  const known = fromWireError(error);
  if (known instanceof TidemarkError)
    return known.kind === 'unavailable' ? known : new TidemarkError('invalid', known.code, known.message);
  return new TidemarkError('invalid', 'COLD_START', `the function does not start: ${error.name}: ${error.message}`);
}
