import { randomUUID } from 'node:crypto';
import { TidemarkError } from '../../engine/errors.ts';
import { FunctionProcess, type FunctionProcessProps } from './function-process.ts';

export interface LocalFunctionProps extends FunctionProcessProps {
  readonly functionName: string;
  /** @default 60000 */
  readonly timeoutMs?: number;
}

/**
 * The function, always in one process of its own. As on Lambda, an invocation that takes too long ends the whole process,
 * and the next invocation begins with a cold start.
 */
export class LocalFunction {
  readonly #props: LocalFunctionProps;
  readonly #timeoutMs: number;
  #process: FunctionProcess | undefined;
  #nextId = 1;

  constructor(props: LocalFunctionProps) {
    this.#props = props;
    this.#timeoutMs = props.timeoutMs ?? 60_000;
  }

  /** Process id of the worker; undefined between workers. */
  get pid(): number | undefined {
    return this.#process?.hasEnded === false ? this.#process.pid : undefined;
  }

  /** Starts the worker ahead of the first invocation. @throws what the cold start throws */
  warmUp(): Promise<void> {
    return this.#current().ready;
  }

  /**
   * Runs the function once.
   *
   * @throws FUNCTION_TIMEOUT, FUNCTION_ENDED (unavailable) and whatever the function throws, kind and code kept
   */
  async invoke(event: unknown): Promise<unknown> {
    const current = this.#current();
    await current.ready;
    const timer = setTimeout(() => current.kill(this.#timeout()), this.#timeoutMs);
    try {
      return await current.invoke({
        id: this.#nextId++,
        event,
        functionName: this.#props.functionName,
        requestId: randomUUID(),
        deadlineMs: Date.now() + this.#timeoutMs,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.#process?.kill(new TidemarkError('unavailable', 'FUNCTION_ENDED', 'the function was stopped'));
  }

  #current(): FunctionProcess {
    if (this.#process === undefined || this.#process.hasEnded) this.#process = new FunctionProcess(this.#props);
    return this.#process;
  }

  #timeout(): TidemarkError {
    return new TidemarkError('unavailable', 'FUNCTION_TIMEOUT', `the function timed out after ${this.#timeoutMs} ms`);
  }
}
