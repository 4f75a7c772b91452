import type { Topology } from '../../engine/topology.ts';
import { MAX_PAYLOAD_BYTES } from '../event-source/batch.ts';
import { feed } from '../feeder/feeder.ts';
import { FeederJournal } from '../feeder/journal.ts';
import type { SelectedInput } from '../inputs/select-input.ts';
import type { Invoke, LocalEventSource, LocalSource } from '../source/local-source.ts';
import type { SourceFiles } from '../storage/data-dir.ts';
import type { LocalFunction } from '../worker/local-function.ts';
import { Unread } from './backlog.ts';

export interface RunningSourceProps {
  readonly source: LocalSource;
  /** Reads the source. */
  readonly fragment: Topology;
  readonly files: SourceFiles;
  readonly function: LocalFunction;
  /** Called after each invocation, whatever came of it. */
  readonly invoked: () => void;
  readonly failed: (error: unknown) => void;
  readonly stopped: () => boolean;
}

/** One source at work: what feeds it, what polls it, and the function that takes its records. */
export class RunningSource {
  readonly #props: RunningSourceProps;
  readonly #journal: FeederJournal;
  readonly #events: LocalEventSource;
  readonly #unread = new Unread();

  constructor(props: RunningSourceProps) {
    const { source, fragment, files, failed } = props;
    const { batchSize, maxBatchingWindowMs } = fragment.source;
    this.#props = props;
    this.#journal = new FeederJournal(files.feederFile, source.stream.createdAtMs);
    this.#events = source.eventSource({
      limits: { batchSize, maxBatchingWindowMs, maxPayloadBytes: MAX_PAYLOAD_BYTES },
      files,
      invoke: this.#invoke,
      failed,
    });
  }

  get name(): string {
    return this.#props.source.stream.name;
  }

  /** Records of all inputs that it holds. */
  get recordsPut(): number {
    return this.#journal.sentTotal;
  }

  /** Records in it that the function has not taken yet, as far as is known. */
  get backlog(): number {
    return this.#events.pending + this.#unread.count((shardId) => this.#events.lastRead(shardId));
  }

  /** Resolves when it was stopped; rejects when the function says that it can never work. */
  run(): Promise<void> {
    return this.#events.run();
  }

  /** Whether what it holds came from elsewhere: then an input of the pipeline's own would come on top of it. */
  async holdsOthers(): Promise<boolean> {
    return this.recordsPut === 0 && this.#journal.intent === undefined && !(await this.#props.source.isEmpty());
  }

  /** @param rate records per second at most; undefined: no limit */
  feed({ input, wanted }: SelectedInput, rate: number | undefined): Promise<void> {
    const { source, failed, stopped } = this.#props;
    return feed(input, wanted, {
      target: source.target,
      journal: this.#journal,
      ...(rate === undefined ? {} : { rate }),
      put: (receipt) => this.#unread.put(receipt),
      failed,
      stopped,
    });
  }

  drainedSince(momentMs: number): Promise<boolean> {
    return this.#events.drainedSince(momentMs);
  }

  /** Begins no further batch, and waits for those in flight at most this long. */
  stop(waitMs: number): Promise<void> {
    return this.#events.stop(waitMs);
  }

  /** Ends the function, once no invocation is awaited any more. */
  async close(): Promise<void> {
    this.#props.function.stop();
    await this.#props.source.close();
  }

  /** Receivers are called after a failure too: the commit may have been acknowledged, or wait for them (PL-31). */
  readonly #invoke: Invoke = async (event) => {
    try {
      return await this.#props.function.invoke(event);
    } finally {
      this.#props.invoked();
    }
  };
}
