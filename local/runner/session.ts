import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { kinesisClient } from '../aws/clients.ts';
import { MAX_PAYLOAD_BYTES } from '../event-source/batch.ts';
import { Checkpoints } from '../event-source/checkpoints.ts';
import { failureReporter } from '../event-source/delivery.ts';
import { EventSource } from '../event-source/event-source.ts';
import { feed } from '../feeder/feeder.ts';
import { FeederJournal } from '../feeder/journal.ts';
import type { SelectedInput } from '../inputs/select-input.ts';
import type { LoadedPipeline } from '../load-pipeline.ts';
import type { Progress } from '../report/progress.ts';
import type { Terminal } from '../report/terminal.ts';
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
export class Session {
  readonly metrics: MetricsCollector;
  readonly journal: FeederJournal;
  readonly #dir: PipelineDir;
  readonly #services: Services;
  readonly #client: KinesisClient;
  /** Makes one attempt per call: see `putRecords`. */
  readonly #putClient: KinesisClient;
  readonly #checkpoints: Checkpoints;
  readonly #function: LocalFunction;
  readonly #source: EventSource;
  readonly #failed: (error: unknown) => void;
  readonly #unread = new Unread();
  #stopped = false;

  constructor(loaded: LoadedPipeline, dir: PipelineDir, services: Services, terminal: Terminal) {
    const { stream, kinesis } = services;
    const { batchSize, maxBatchingWindowMs } = loaded.topology.source;
    this.#dir = dir;
    this.#services = services;
    this.metrics = loadMetrics(dir.metricsFile, stream.createdAtMs);
    this.journal = new FeederJournal(dir.feederFile, stream.createdAtMs);
    this.#client = kinesisClient(kinesis.endpoint);
    this.#putClient = kinesisClient(kinesis.endpoint, 1);
    this.#checkpoints = new Checkpoints(dir.checkpointFile, stream.createdAtMs);
    this.#failed = failureReporter((line) => terminal.line(`tidemark: ${line}`));
    this.#function = pipelineFunction(bundlePipeline(loaded, dir), loaded, dir, services, this.metrics, terminal);
    this.#source = new EventSource({
      client: this.#client,
      stream,
      limits: { batchSize, maxBatchingWindowMs, maxPayloadBytes: MAX_PAYLOAD_BYTES },
      checkpoints: this.#checkpoints,
      invoke: (event) => this.#function.invoke(event),
      failed: this.#failed,
    });
  }

  /** Starts the function and the event source; resolves when stopped, rejects when they cannot work. */
  run(): Promise<void> {
    return this.#source.run();
  }

  /** Puts the selected part of the input, and waits until the function has taken all that the stream holds then. */
  async drain(selected: SelectedInput | undefined, rate: number | undefined): Promise<void> {
    if (selected !== undefined) await this.#feed(selected, rate);
    const fedAtMs = performance.now();
    while (!this.#stopped && !this.#source.drainedSince(fedAtMs)) await new Promise((done) => setTimeout(done, DRAIN_POLL_MS));
  }

  progress(): Progress {
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
    this.#client.destroy();
    this.#putClient.destroy();
    this.#checkpoints.save();
    saveMetrics(this.#dir.metricsFile, this.#services.stream.createdAtMs, this.metrics);
  }

  #feed({ input, wanted }: SelectedInput, rate: number | undefined): Promise<void> {
    return feed(input, wanted, {
      client: this.#putClient,
      stream: this.#services.stream,
      journal: this.journal,
      ...(rate === undefined ? {} : { rate }),
      put: (receipt) => this.#unread.put(receipt),
      failed: this.#failed,
      stopped: () => this.#stopped,
    });
  }
}
