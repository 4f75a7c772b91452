import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { listShards, type StreamInfo } from '../aws/stream.ts';
import type { BatchLimits } from './batch.ts';
import type { Checkpoints } from './checkpoints.ts';
import { ShardLoop } from './shard-loop.ts';
import { ShardReader } from './shard-reader.ts';
import type { Invoke, LocalEventSource } from '../source/local-source.ts';

export interface EventSourceProps {
  readonly client: KinesisClient;
  readonly stream: StreamInfo;
  readonly limits: BatchLimits;
  readonly checkpoints: Checkpoints;
  readonly invoke: Invoke;
  readonly failed: (error: unknown) => void;
}

/**
 * Polls a stream as Lambda's event source mapping does: one batch of one shard at a time, retried until it succeeds,
 * from TRIM_HORIZON or the checkpoint on. When a shard has come to its end, those that came of it are taken up.
 */
export class EventSource implements LocalEventSource {
  readonly #props: EventSourceProps;
  readonly #loops: ShardLoop[];
  #looking = 0;
  readonly #wakeups = new Set<() => void>();
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(props: EventSourceProps) {
    this.#props = props;
    this.#loops = props.stream.shards.map((shardId) => this.#loop(shardId, props));
  }

  /** Resolves when it was stopped; rejects when the function says that it can never work. */
  run(): Promise<void> {
    const running = Promise.all(this.#loops.map((loop) => this.#follow(loop)));
    this.#running = running.catch(() => undefined); // the caller of run() sees the error
    return running.then(() => undefined);
  }

  /** Begins no further batch, and waits for those in flight at most this long. */
  async stop(waitMs: number): Promise<void> {
    this.#stopped = true;
    for (const wake of this.#wakeups) wake();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((done) => (timer = setTimeout(done, waitMs)));
    await Promise.race([this.#running, timeout]);
    clearTimeout(timer);
  }

  /** Records that were read and not yet taken by the function. */
  get pending(): number {
    return this.#loops.reduce((sum, loop) => sum + loop.pending, 0);
  }

  /** Newest sequence number that was read, by shard. */
  lastRead(shardId: string): string | undefined {
    return this.#loops.find((loop) => loop.shardId === shardId)?.lastRead;
  }

  /** True when everything that was in the stream at this moment has been taken. */
  async drainedSince(momentMs: number): Promise<boolean> {
    return this.#looking === 0 && this.#loops.every((loop) => loop.drainedSince(momentMs));
  }

  /** One shard to its end, and whatever came of it. */
  async #follow(loop: ShardLoop): Promise<void> {
    await loop.run();
    if (this.#stopped) return;
    this.#looking++;
    const { client, stream } = this.#props;
    const known = new Set(this.#loops.map(({ shardId }) => shardId));
    const children = (await listShards(client, stream.name))
      .filter((shardId) => !known.has(shardId))
      .map((shardId) => this.#loop(shardId, this.#props));
    this.#loops.push(...children.filter(({ shardId }) => !this.#loops.some((other) => other.shardId === shardId)));
    this.#looking--;
    await Promise.all(children.filter((child) => this.#loops.includes(child)).map((child) => this.#follow(child)));
  }

  #loop(shardId: string, props: EventSourceProps): ShardLoop {
    return new ShardLoop({
      reader: new ShardReader(props.client, props.stream.name, shardId, props.checkpoints.get(shardId)),
      streamArn: props.stream.arn,
      limits: props.limits,
      hooks: {
        invoke: props.invoke,
        failed: props.failed,
        stopped: () => this.#stopped,
        sleep: (ms) => this.#sleep(ms),
      },
      taken: (shard, sequenceNumber) => props.checkpoints.advance(shard, sequenceNumber),
      nowMs: () => performance.now(),
    });
  }

  #sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakeups.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, durationMs);
      this.#wakeups.add(wake);
    });
  }
}
