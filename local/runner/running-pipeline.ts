import type { Exchange } from '../../engine/plan/exchange.ts';
import { MAX_PAYLOAD_BYTES } from '../event-source/batch.ts';
import { failureReporter } from '../event-source/delivery.ts';
import { feed } from '../feeder/feeder.ts';
import { FeederJournal } from '../feeder/journal.ts';
import type { SelectedInput } from '../inputs/select-input.ts';
import type { LoadedPipeline } from '../load-pipeline.ts';
import { ReceiverCalls } from '../receivers/receiver-calls.ts';
import type { RunProgress } from '../report/progress.ts';
import type { Terminal } from '../report/terminal.ts';
import type { LocalEventSource } from '../source/local-source.ts';
import type { PipelineDir } from '../storage/data-dir.ts';
import type { LocalFunction } from '../worker/local-function.ts';
import { Unread } from './backlog.ts';
import { loadMetrics, saveMetrics, type RunMetrics } from './saved-metrics.ts';
import { bundlePipeline, pipelineFunction } from './pipeline-function.ts';
import type { Services } from './services.ts';

const STOP_WAIT_MS = 5_000;
const DRAIN_POLL_MS = 25;

/** What is behind an exchange: the function of its receivers, and who calls it. */
interface Receiving {
  readonly function: LocalFunction;
  readonly calls: ReceiverCalls;
}

/** A pipeline at work: feeder, stream, event source and functions, from start to stop. */
export class RunningPipeline {
  readonly metrics: RunMetrics;
  readonly journal: FeederJournal;
  readonly #dir: PipelineDir;
  readonly #services: Services;
  readonly #function: LocalFunction;
  readonly #source: LocalEventSource;
  readonly #receiving: Receiving | undefined;
  readonly #failed: (error: unknown) => void;
  readonly #unread = new Unread();
  #stopped = false;

  constructor(loaded: LoadedPipeline, dir: PipelineDir, services: Services, terminal: Terminal) {
    const { source } = services;
    const { batchSize, maxBatchingWindowMs } = loaded.topology.source;
    this.#dir = dir;
    this.#services = services;
    this.metrics = loadMetrics(dir.metricsFile, source.stream.createdAtMs);
    this.journal = new FeederJournal(dir.feederFile, source.stream.createdAtMs);
    this.#failed = failureReporter((line) => terminal.line(`tidemark: ${line}`));
    const { name, sendsTo } = loaded.topology;
    bundlePipeline(loaded, dir, sendsTo === undefined ? [source.handler] : [source.handler, 'receive']);
    this.#function = pipelineFunction(source.handler, loaded, dir, services, this.metrics.source, terminal);
    this.#receiving =
      sendsTo === undefined
        ? undefined
        : this.#receivingFrom(
            name,
            sendsTo,
            pipelineFunction('receive', loaded, dir, services, this.metrics.receivers, terminal),
          );
    this.#source = source.eventSource({
      limits: { batchSize, maxBatchingWindowMs, maxPayloadBytes: MAX_PAYLOAD_BYTES },
      dir,
      invoke: (event) => this.#invoke(event),
      failed: this.#failed,
    });
  }

  /** Starts the functions and what invokes them; resolves when stopped, rejects when they cannot work. */
  async run(): Promise<void> {
    const calls = this.#receiving?.calls;
    calls?.ring(); // for what an earlier run has left
    await Promise.all([this.#source.run(), calls?.run()]);
  }

  /** Whether what the source holds came from elsewhere: then an input of the pipeline's own would come on top of it. */
  async holdsOthers(): Promise<boolean> {
    return (
      this.journal.sentTotal === 0 && this.journal.intent === undefined && !(await this.#services.source.isEmpty())
    );
  }

  /** Puts the selected part of the input, and waits until the function has taken all that the stream holds then. */
  async drain(selected: SelectedInput | undefined, rate: number | undefined): Promise<void> {
    if (selected !== undefined) await this.#feed(selected, rate);
    const fedAtMs = performance.now();
    while (!this.#stopped && !(await this.#isDrainedSince(fedAtMs)))
      await new Promise((done) => setTimeout(done, DRAIN_POLL_MS));
  }

  progress(): RunProgress {
    const { source, receivers } = this.metrics;
    const last = this.#receiving === undefined ? source : receivers;
    const { totals } = receivers;
    return {
      recordsIn: source.totals.recordsIn,
      resultsOut: source.totals.resultsOut + totals.resultsOut,
      watermarkMs: last.watermarkMs,
      openWindows: last.openWindows,
      late: source.totals.lateRecords + totals.lateRecords,
      deadLetters: source.totals.deadLetters + totals.deadLetters,
      backlog: this.#source.pending + this.#unread.count((shardId) => this.#source.lastRead(shardId)),
    };
  }

  /** Ends at a batch's end where it can; what is given up is repeated by the next run. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#source.stop(STOP_WAIT_MS), this.#receiving?.calls.stop(STOP_WAIT_MS)]);
    this.#function.stop();
    this.#receiving?.function.stop();
    await this.#services.source.close();
    saveMetrics(this.#dir.metricsFile, this.#services.source.stream.createdAtMs, this.metrics);
  }

  /** Receivers are called after a failure too: the commit may have been acknowledged, or wait for them (PL-31). */
  async #invoke(event: unknown): Promise<unknown> {
    try {
      return await this.#function.invoke(event);
    } finally {
      this.#receiving?.calls.ring();
    }
  }

  #receivingFrom(pipeline: string, { id, receivers }: Exchange, receive: LocalFunction): Receiving {
    const invoke = (event: unknown): Promise<unknown> => receive.invoke(event);
    const calls = new ReceiverCalls({ pipeline, exchange: id, receivers, invoke, failed: this.#failed });
    return { function: receive, calls };
  }

  /** The source first: the last invocation that it makes has rung before it says that it is drained. */
  async #isDrainedSince(momentMs: number): Promise<boolean> {
    return (await this.#source.drainedSince(momentMs)) && this.#receiving?.calls.areDone !== false;
  }

  #feed({ input, wanted }: SelectedInput, rate: number | undefined): Promise<void> {
    return feed(input, wanted, {
      target: this.#services.source.target,
      journal: this.journal,
      ...(rate === undefined ? {} : { rate }),
      put: (receipt) => this.#unread.put(receipt),
      failed: this.#failed,
      stopped: () => this.#stopped,
    });
  }
}
