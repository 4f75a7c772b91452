import type { Exchange } from '../../engine/plan/exchange.ts';
import type { Topology } from '../../engine/topology.ts';
import { failureReporter } from '../event-source/delivery.ts';
import type { SelectedInput } from '../inputs/select-input.ts';
import type { LoadedPipeline } from '../load-pipeline.ts';
import { ReceiverCalls } from '../receivers/receiver-calls.ts';
import type { RunProgress } from '../report/progress.ts';
import type { Terminal } from '../report/terminal.ts';
import { sourceFiles, type PipelineDir } from '../storage/data-dir.ts';
import type { LocalFunction } from '../worker/local-function.ts';
import type { MetricsCollector, MetricTotals } from '../worker/metrics.ts';
import { loadMetrics, saveMetrics, type RunMetrics } from './saved-metrics.ts';
import { bundlePipeline, pipelineFunction } from './pipeline-function.ts';
import { RunningSource } from './running-source.ts';
import type { Services } from './services.ts';

const STOP_WAIT_MS = 5_000;
const DRAIN_POLL_MS = 25;

/** What is behind an exchange: the function of its receivers, and what calls it. */
interface Receiving {
  readonly function: LocalFunction;
  readonly calls: ReceiverCalls;
}

/** A pipeline at work: feeders, streams, event sources and functions, from start to stop. */
export class RunningPipeline {
  readonly metrics: RunMetrics;
  readonly sources: readonly RunningSource[];
  readonly #dir: PipelineDir;
  readonly #createdAtMs: number;
  /** In the order of the exchanges. */
  readonly #receiving: readonly Receiving[];
  readonly #failed: (error: unknown) => void;
  #stopped = false;

  constructor(loaded: LoadedPipeline, dir: PipelineDir, services: Services, terminal: Terminal) {
    const { topology, fragments } = loaded;
    const { sources } = services;
    this.#dir = dir;
    this.#createdAtMs = sources[0]?.stream.createdAtMs ?? 0;
    const exchanges = topology.downstream.map(({ exchange }) => exchange);
    const names = sources.map(({ stream }) => stream.name);
    this.metrics = loadMetrics(
      dir.metricsFile,
      this.#createdAtMs,
      names,
      exchanges.map(({ id }) => id),
    );
    this.#failed = failureReporter((line) => terminal.line(`tidemark: ${line}`));
    const handlers = new Set(sources.map(({ handler }) => handler));
    bundlePipeline(loaded, dir, exchanges.length === 0 ? [...handlers] : [...handlers, 'receive']);
    this.#receiving = exchanges.map((exchange, i) => {
      const metrics = this.metrics.receivers.get(exchange.id) as MetricsCollector;
      const role = { handler: 'receive', exchange: exchange.id } as const;
      const receive = pipelineFunction(role, loaded, dir, services, metrics, terminal);
      return this.#receivingFrom(topology.name, exchange, receive, () => this.#receiving[i + 1]?.calls.ring());
    });
    this.sources = sources.map((source, i) => {
      const { stream, handler, environment } = source;
      const role = { handler, environment, ...(sources.length > 1 ? { source: stream.name } : {}) };
      const metrics = this.metrics.sources.get(stream.name) as MetricsCollector;
      return new RunningSource({
        source,
        fragment: fragments[i] as Topology,
        files: sourceFiles(dir, stream.name, names),
        function: pipelineFunction(role, loaded, dir, services, metrics, terminal),
        invoked: () => this.#receiving[0]?.calls.ring(),
        failed: this.#failed,
        stopped: () => this.#stopped,
      });
    });
  }

  /** Starts the functions and what invokes them; resolves when stopped, rejects when they cannot work. */
  async run(): Promise<void> {
    for (const { calls } of this.#receiving) calls.ring(); // for what an earlier run has left
    await Promise.all([
      ...this.sources.map((source) => source.run()),
      ...this.#receiving.map(({ calls }) => calls.run()),
    ]);
  }

  /**
   * Puts the selected parts of the inputs, side by side, and waits until the functions have taken all that the streams hold
   * then.
   *
   * @param selected by the name of the source
   */
  async drain(selected: ReadonlyMap<string, SelectedInput>, rate: number | undefined): Promise<void> {
    await Promise.all(
      this.sources.map(async (source) => {
        const input = selected.get(source.name);
        if (input !== undefined) await source.feed(input, rate);
      }),
    );
    const fedAtMs = performance.now();
    while (!this.#stopped && !(await this.#isDrainedSince(fedAtMs)))
      await new Promise((done) => setTimeout(done, DRAIN_POLL_MS));
  }

  progress(): RunProgress {
    const { sources, all } = this.metrics;
    const total = (name: keyof MetricTotals, of: Iterable<MetricsCollector>): number =>
      Array.from(of).reduce((sum, { totals }) => sum + totals[name], 0);
    return {
      recordsIn: total('recordsIn', sources.values()),
      resultsOut: total('resultsOut', all),
      watermarkMs: all.at(-1)?.watermarkMs,
      openWindows: all.reduce((sum, { openWindows }) => sum + openWindows, 0),
      late: total('lateRecords', all),
      deadLetters: total('deadLetters', all),
      backlog: this.sources.reduce((sum, { backlog }) => sum + backlog, 0),
    };
  }

  /** Records of all inputs that each source holds, by its name. */
  get recordsPut(): ReadonlyMap<string, number> {
    return new Map(this.sources.map(({ name, recordsPut }) => [name, recordsPut]));
  }

  /** Ends at a batch's end where it can; what is given up is repeated by the next run. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([
      ...this.sources.map((source) => source.stop(STOP_WAIT_MS)),
      ...this.#receiving.map(({ calls }) => calls.stop(STOP_WAIT_MS)),
    ]);
    for (const receiving of this.#receiving) receiving.function.stop();
    await Promise.all(this.sources.map((source) => source.close()));
    saveMetrics(this.#dir.metricsFile, this.#createdAtMs, this.metrics);
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

  /** The sources first, then exchange by exchange: the last call that one makes has rung before it says that it is done. */
  async #isDrainedSince(momentMs: number): Promise<boolean> {
    const drained = await Promise.all(this.sources.map((source) => source.drainedSince(momentMs)));
    return drained.every((isDrained) => isDrained) && this.#receiving.every(({ calls }) => calls.areDone);
  }
}
