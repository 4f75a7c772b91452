import { MAX_PAYLOAD_BYTES } from '../event-source/batch.ts';
import { failureReporter } from '../event-source/delivery.ts';
import { feed } from '../feeder/feeder.ts';
import { FeederJournal } from '../feeder/journal.ts';
import type { SelectedInput } from '../inputs/select-input.ts';
import type { LoadedPipeline } from '../load-pipeline.ts';
import type { RunProgress } from '../report/progress.ts';
import type { Terminal } from '../report/terminal.ts';
import type { LocalEventSource } from '../source/local-source.ts';
import type { PipelineDir } from '../storage/data-dir.ts';
import type { LocalFunction } from '../worker/local-function.ts';
import type { MetricsCollector } from '../worker/metrics.ts';
import { Unread } from './backlog.ts';
import { loadMetrics, saveMetrics } from './saved-metrics.ts';
import { bundlePipeline, pipelineFunction } from './pipeline-function.ts';
import type { Services } from './services.ts';

const STOP_WAIT_MS = 5_000;
const DRAIN_POLL_MS = 25;

/** A pipeline at work: feeder, stream, event source and function, from start to stop. */
export class RunningPipeline {
  readonly metrics: MetricsCollector;
  readonly journal: FeederJournal;
  readonly #dir: PipelineDir;
  readonly #services: Services;
  readonly #function: LocalFunction;
  readonly #source: LocalEventSource;
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
    this.#function = pipelineFunction(
      bundlePipeline(loaded, dir, source.handler),
      loaded,
      dir,
      services,
      this.metrics,
      terminal,
    );
    this.#source = source.eventSource({
      limits: { batchSize, maxBatchingWindowMs, maxPayloadBytes: MAX_PAYLOAD_BYTES },
      dir,
      invoke: (event) => this.#function.invoke(event),
      failed: this.#failed,
    });
  }

  /** Starts the function and the event source; resolves when stopped, rejects when they cannot work. */
  run(): Promise<void> {
    return this.#source.run();
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
    while (!this.#stopped && !(await this.#source.drainedSince(fedAtMs)))
      await new Promise((done) => setTimeout(done, DRAIN_POLL_MS));
  }

  progress(): RunProgress {
    const { totals, openWindows, watermarkMs } = this.metrics;
    return {
      recordsIn: totals.recordsIn,
      resultsOut: totals.resultsOut,
      watermarkMs,
      openWindows,
      late: totals.lateRecords,
      deadLetters: totals.deadLetters,
      backlog: this.#source.pending + this.#unread.count((shardId) => this.#source.lastRead(shardId)),
    };
  }

  /** Ends at a batch's end where it can; what is given up is repeated by the next run. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#source.stop(STOP_WAIT_MS);
    this.#function.stop();
    await this.#services.source.close();
    saveMetrics(this.#dir.metricsFile, this.#services.source.stream.createdAtMs, this.metrics);
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
