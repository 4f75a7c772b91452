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
import type { MetricsCollector } from '../worker/metrics.ts';
import { loadMetrics, saveMetrics, type RunMetrics } from './saved-metrics.ts';
import { bundlePipeline, pipelineFunction } from './pipeline-function.ts';
import type { Services } from './services.ts';

const STOP_WAIT_MS = 5_000;
const DRAIN_POLL_MS = 25;

/** What is behind an exchange: the function of its receivers, and what calls it. */
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
  /** In the order of the exchanges. */
  readonly #receiving: readonly Receiving[];
  readonly #failed: (error: unknown) => void;
  readonly #unread = new Unread();
  #stopped = false;

  constructor(loaded: LoadedPipeline, dir: PipelineDir, services: Services, terminal: Terminal) {
    const { source } = services;
    const { batchSize, maxBatchingWindowMs } = loaded.topology.source;
    this.#dir = dir;
    this.#services = services;
    const { name, downstream } = loaded.topology;
    const exchanges = downstream.map(({ exchange }) => exchange);
    this.metrics = loadMetrics(
      dir.metricsFile,
      source.stream.createdAtMs,
      exchanges.map(({ id }) => id),
    );
    this.journal = new FeederJournal(dir.feederFile, source.stream.createdAtMs);
    this.#failed = failureReporter((line) => terminal.line(`tidemark: ${line}`));
    bundlePipeline(loaded, dir, exchanges.length === 0 ? [source.handler] : [source.handler, 'receive']);
    this.#function = pipelineFunction(source.handler, loaded, dir, services, this.metrics.source, terminal);
    this.#receiving = exchanges.map((exchange, i) => {
      const metrics = this.metrics.receivers.get(exchange.id) as MetricsCollector;
      const receive = pipelineFunction('receive', loaded, dir, services, metrics, terminal, exchange.id);
      return this.#receivingFrom(name, exchange, receive, () => this.#receiving[i + 1]?.calls.ring());
    });
    this.#source = source.eventSource({
      limits: { batchSize, maxBatchingWindowMs, maxPayloadBytes: MAX_PAYLOAD_BYTES },
      dir,
      invoke: (event) => this.#invoke(event),
      failed: this.#failed,
    });
  }

  /** Starts the functions and what invokes them; resolves when stopped, rejects when they cannot work. */
  async run(): Promise<void> {
    for (const { calls } of this.#receiving) calls.ring(); // for what an earlier run has left
    await Promise.all([this.#source.run(), ...this.#receiving.map(({ calls }) => calls.run())]);
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
    const { source, all } = this.metrics;
    const total = (name: 'resultsOut' | 'lateRecords' | 'deadLetters'): number =>
      all.reduce((sum, { totals }) => sum + totals[name], 0);
    return {
      recordsIn: source.totals.recordsIn,
      resultsOut: total('resultsOut'),
      watermarkMs: all.at(-1)?.watermarkMs,
      openWindows: all.reduce((sum, { openWindows }) => sum + openWindows, 0),
      late: total('lateRecords'),
      deadLetters: total('deadLetters'),
      backlog: this.#source.pending + this.#unread.count((shardId) => this.#source.lastRead(shardId)),
    };
  }

  /** Ends at a batch's end where it can; what is given up is repeated by the next run. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([
      this.#source.stop(STOP_WAIT_MS),
      ...this.#receiving.map(({ calls }) => calls.stop(STOP_WAIT_MS)),
    ]);
    this.#function.stop();
    for (const receiving of this.#receiving) receiving.function.stop();
    await this.#services.source.close();
    saveMetrics(this.#dir.metricsFile, this.#services.source.stream.createdAtMs, this.metrics);
  }

  /** Receivers are called after a failure too: the commit may have been acknowledged, or wait for them (PL-31). */
  async #invoke(event: unknown): Promise<unknown> {
    try {
      return await this.#function.invoke(event);
    } finally {
      this.#receiving[0]?.calls.ring();
    }
  }

  /** @param ringNext those of the exchange behind it, after each call, as with the source */
  #receivingFrom(
    pipeline: string,
    { id, receivers }: Exchange,
    receive: LocalFunction,
    ringNext: () => void,
  ): Receiving {
    const invoke = async (event: unknown): Promise<unknown> => {
      try {
        return await receive.invoke(event);
      } finally {
        ringNext();
      }
    };
    const calls = new ReceiverCalls({ pipeline, exchange: id, receivers, invoke, failed: this.#failed });
    return { function: receive, calls };
  }

  /** The source first, then exchange by exchange: the last call that one makes has rung before it says that it is done. */
  async #isDrainedSince(momentMs: number): Promise<boolean> {
    return (await this.#source.drainedSince(momentMs)) && this.#receiving.every(({ calls }) => calls.areDone);
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
