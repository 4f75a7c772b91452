import { ReceiverLoop, type ReceiverHooks } from './receiver-loop.ts';

export interface ReceiverCallsProps extends ReceiverHooks {
  /** How many receivers there are. */
  readonly receivers: number;
}

/** The doorbell of a run, in place of the queue and of what polls it: calls the receivers of an exchange, side by side. */
export class ReceiverCalls {
  readonly #loops: readonly ReceiverLoop[];
  #running: Promise<unknown> = Promise.resolve();

  constructor({ receivers, ...hooks }: ReceiverCallsProps) {
    this.#loops = Array.from({ length: receivers }, (_, receiver) => new ReceiverLoop(receiver, hooks));
  }

  /** Resolves when it was stopped; rejects when the function says that it can never work. */
  run(): Promise<void> {
    const running = Promise.all(this.#loops.map((loop) => loop.run()));
    this.#running = running.catch(() => undefined); // the caller of run() sees the error
    return running.then(() => undefined);
  }

  /** Has every receiver called once more. */
  ring(): void {
    for (const loop of this.#loops) loop.ring();
  }

  /** True when of every receiver a call has succeeded that began after the last ring. */
  get areDone(): boolean {
    return this.#loops.every((loop) => loop.isDone);
  }

  /** Begins no further call, and waits for those at work at most this long. */
  async stop(waitMs: number): Promise<void> {
    for (const loop of this.#loops) loop.stop();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((done) => (timer = setTimeout(done, waitMs)));
    await Promise.race([this.#running, timeout]);
    clearTimeout(timer);
  }
}
