import { resultTable, value } from '../../../engine/index.ts';
import type { PlanSizes } from '../plan.ts';
import type { PlainClock, PlainKey, Reading, SimulatedPipeline } from './simulated-pipeline.ts';

/**
 * Numbered results that timers of both clocks bring out: how many readings a key has had, at the end of each stretch of
 * event time and once more a little later, and whenever it has been quiet. Readings behind the watermark go beside.
 */
export const processFunction: SimulatedPipeline = {
  name: 'process function',
  weight: 2,
  define(stream, settings, deployment) {
    const { sizeMs } = settings;
    const quietMs = quietMsOf(settings);
    return stream
      .process({
        version: deployment === 'incompatible' ? 2 : 1,
        state: {
          readings: value<number>(),
          quietAtMs: value<number>(),
          ...(deployment === 'later' ? { since: value<number>() } : {}),
        },
        results: { why: 'text', readings: 'integer', ...(deployment === 'later' ? { since: 'integer' as const } : {}) },
        outputs: ['behind'],
        onRecord(
          { value: reading, eventTimeMs },
          { state, watermarkMs, processingTimeMs, setTimer, setProcessingTimer, deleteProcessingTimer, emitTo },
        ) {
          state.readings.set((state.readings.get() ?? 0) + 1);
          state.since?.set((state.since.get() ?? 0) + 1);
          if (eventTimeMs < watermarkMs) emitTo('behind', reading.value);
          const endMs = (Math.floor(eventTimeMs / sizeMs) + 1) * sizeMs;
          if (endMs > watermarkMs) setTimer(endMs, 'end');
          const before = state.quietAtMs.get();
          if (before !== undefined) deleteProcessingTimer(before, 'quiet');
          state.quietAtMs.set(processingTimeMs + quietMs);
          setProcessingTimer(processingTimeMs + quietMs, 'quiet');
        },
        onTimer({ name, timeMs }, { state, setTimer, emit }) {
          if (name === 'quiet') state.quietAtMs.clear();
          if (name === 'end') setTimer(timeMs + 1, 'after');
          emit({
            why: name,
            readings: state.readings.get() ?? 0,
            ...(state.since === undefined ? {} : { since: state.since.get() ?? 0 }),
          });
        },
      })
      .to(resultTable());
  },
  key: (_, settings) => new PlainProcess(settings),
};

const quietMsOf = ({ allowedLatenessMs }: PlanSizes): number => 1_000 + 2 * allowedLatenessMs;

class PlainProcess implements PlainKey {
  readonly #settings: PlanSizes;
  readonly #due = new Set<number>();
  #quietAtMs = Infinity;
  #readings = 0;
  #since = 0;

  constructor(settings: PlanSizes) {
    this.#settings = settings;
  }

  take({ atMs, value: reading }: Reading, clock: PlainClock): boolean {
    const { sizeMs } = this.#settings;
    this.#readings++;
    if (clock.isLater) this.#since++;
    if (atMs < clock.keyMs) clock.emitTo('behind', atMs, reading);
    const endMs = (Math.floor(atMs / sizeMs) + 1) * sizeMs;
    if (endMs > clock.keyMs) this.#due.add(endMs);
    this.#quietAtMs = clock.processingTimeMs + quietMsOf(this.#settings);
    return true;
  }

  /** Sizes are whole seconds, so what is due a millisecond after an end is no end itself. */
  advance(toMs: number, clock: PlainClock): void {
    for (let dueMs = Math.min(...this.#due); dueMs <= toMs; dueMs = Math.min(...this.#due)) {
      this.#due.delete(dueMs);
      const isEnd = dueMs % 1_000 === 0;
      if (isEnd) this.#due.add(dueMs + 1);
      this.#emit(isEnd ? 'end' : 'after', dueMs, clock);
    }
  }

  advanceProcessing(toMs: number, clock: PlainClock): void {
    if (this.#quietAtMs > toMs) return;
    this.#quietAtMs = Infinity;
    this.#emit('quiet', clock.processingTimeMs, clock);
  }

  get waiting(): string[] {
    return [...[...this.#due].map(String), ...(this.#quietAtMs === Infinity ? [] : ['quiet'])];
  }

  #emit(why: string, atMs: number, clock: PlainClock): void {
    clock.emit({
      windowStartMs: atMs,
      windowEndMs: atMs + 1,
      revision: 1,
      values: { why, readings: this.#readings, ...(clock.isLater ? { since: this.#since } : {}) },
    });
  }
}
