import { everyN, resultTable } from '../../../engine/index.ts';
import type { PlanSizes } from '../plan.ts';
import { aggregatesOf, valuesOf, type Counted } from './aggregates.ts';
import type { PlainClock, PlainKey, Reading, SimulatedPipeline } from './simulated-pipeline.ts';

/** Numbered results that records alone bring out. */
export const everyFew: SimulatedPipeline = {
  name: 'every n records',
  weight: 2,
  define(stream, settings, deployment) {
    const n = nOf(settings) + (deployment === 'incompatible' ? 1 : 0);
    return stream.window(everyN({ n })).aggregate(aggregatesOf(deployment)).to(resultTable());
  },
  key: (_, settings) => new PlainCount(nOf(settings)),
};

const nOf = ({ maxBatch }: PlanSizes): number => 1 + (maxBatch % 4);

class PlainCount implements PlainKey {
  readonly waiting = [];
  readonly #n: number;
  #values: Counted[] = [];
  #times: number[] = [];

  constructor(n: number) {
    this.#n = n;
  }

  take({ atMs, value }: Reading, clock: PlainClock): boolean {
    this.#values.push({ value, isLater: clock.isLater });
    this.#times.push(atMs);
    if (this.#values.length < this.#n) return true;
    clock.emit({
      windowStartMs: Math.min(...this.#times),
      windowEndMs: Math.max(...this.#times) + 1,
      revision: 1,
      values: valuesOf(this.#values, clock),
    });
    this.#values = [];
    this.#times = [];
    return true;
  }

  advance(): void {}

  advanceProcessing(): void {}
}
