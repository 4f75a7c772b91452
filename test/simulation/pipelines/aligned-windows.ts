import { everyProcessingTime, hopping, resultTable, tumbling } from '../../../engine/index.ts';
import type { PlanSizes } from '../plan.ts';
import { aggregatesOf, finalValues, valuesOf, type Counted } from './aggregates.ts';
import type { PlainClock, PlainKey, Reading, SimulatedPipeline } from './simulated-pipeline.ts';

interface Window {
  readonly startMs: number;
  readonly endMs: number;
  readonly values: readonly Counted[];
  readonly revision: number;
}

export const alignedWindows: SimulatedPipeline = {
  name: 'aligned windows',
  weight: 6,
  define(stream, { sizeMs, advanceMs, allowedLatenessMs, earlyMs }, deployment) {
    const factor = deployment === 'incompatible' ? 2 : 1;
    const windows =
      advanceMs === sizeMs ? tumbling({ sizeMs: factor * sizeMs }) : hopping({ sizeMs: factor * sizeMs, advanceMs });
    const trigger = earlyMs === 0 ? {} : { trigger: { early: everyProcessingTime(earlyMs) } };
    return stream
      .window(windows, { allowedLatenessMs, ...trigger })
      .aggregate(aggregatesOf(deployment))
      .to(resultTable());
  },
  key: (_, settings) => new PlainWindows(settings),
  exchanged: {
    isLate: ({ atMs, watermarkMs }, { sizeMs, allowedLatenessMs }) =>
      Math.floor(atMs / sizeMs) * sizeMs + sizeMs + allowedLatenessMs <= watermarkMs,
    finals: (rows, { sizeMs }) =>
      [...Map.groupBy(rows, ({ atMs }) => Math.floor(atMs / sizeMs) * sizeMs)].map(([windowStartMs, those]) => ({
        windowStartMs,
        windowEndMs: windowStartMs + sizeMs,
        values: finalValues(those),
      })),
  },
};

class PlainWindows implements PlainKey {
  readonly #settings: PlanSizes;
  readonly #windows = new Map<number, Window>();

  constructor(settings: PlanSizes) {
    this.#settings = settings;
  }

  take({ atMs, value }: Reading, clock: PlainClock): boolean {
    const { sizeMs, advanceMs, allowedLatenessMs } = this.#settings;
    let isInTime = false;
    for (let startMs = Math.floor(atMs / advanceMs) * advanceMs; startMs > atMs - sizeMs; startMs -= advanceMs) {
      if (startMs + sizeMs + allowedLatenessMs <= clock.keyMs) continue;
      isInTime = true;
      const { values, revision } = this.#windows.get(startMs) ?? { values: [], revision: 0 };
      const window = {
        startMs,
        endMs: startMs + sizeMs,
        values: [...values, { value, isLater: clock.isLater }],
        revision,
      };
      this.#windows.set(startMs, window);
      if (window.endMs <= clock.keyMs) this.#fire(window, clock);
    }
    return isInTime;
  }

  advance(toMs: number, clock: PlainClock): void {
    for (const window of this.#windows.values()) {
      if (window.endMs > clock.keyMs && window.endMs <= toMs) this.#fire(window, clock);
    }
  }

  advanceProcessing(): void {}

  get waiting(): string[] {
    return [...this.#windows.values()].filter(({ revision }) => revision === 0).map(({ startMs }) => String(startMs));
  }

  #fire(window: Window, clock: PlainClock): void {
    const { startMs, endMs, values } = window;
    const revision = window.revision + 1;
    this.#windows.set(startMs, { ...window, revision });
    clock.emit({ windowStartMs: startMs, windowEndMs: endMs, revision, values: valuesOf(values, clock) });
  }
}
