/** A partition that is led by hand: elements come, and the watermark moves when told to. */
import { z } from 'zod/mini';
import { collect, kinesis, lake, max, min, pipeline } from '../../engine/index.ts';
import type { Topology } from '../../engine/topology.ts';
import type { WindowSettings } from '../../engine/dsl/window-settings.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';
import type { Windows } from '../../engine/window/windows.ts';
import { decodeSnapshot, Partition } from '../engine/support/state.ts';

const ELEMENT = z.object({
  key: z.string(),
  timeMs: z.number(),
  value: z.number(),
  watermarkMs: z.optional(z.number()),
});

/** Records carry the watermark; those that carry one are nothing else. */
export function ledByHand(windows: Windows, settings: WindowSettings): Topology {
  return pipeline('conformance')
    .source(kinesis({ stream: 'elements', partitionKey: 'key', schema: ELEMENT }))
    .eventTime(({ timeMs }) => timeMs, { watermark: ({ watermarkMs }) => watermarkMs })
    .filter(({ watermarkMs }) => watermarkMs === undefined)
    .keyBy('key')
    .window(windows, settings)
    .aggregate({ all: collect('value', { maxItems: 100 }), earliestMs: min('timeMs'), latestMs: max('timeMs') })
    .to(lake()).topology;
}

export interface Firing {
  readonly startMs: number;
  readonly endMs: number;
  readonly revision: number;
  readonly isRetracted: boolean;
  /** Ascending. */
  readonly values: readonly number[];
  readonly earliestMs: number | undefined;
  readonly latestMs: number | undefined;
}

export class Replay {
  readonly #partition: Partition;
  #offset = 0;
  watermarkMs = NO_WATERMARK;

  constructor(topology: Topology) {
    this.#partition = new Partition(topology);
  }

  element(timeMs: number, value = timeMs): Firing[] {
    return this.#process({ key: 'k', timeMs, value });
  }

  moveTo(watermarkMs: number): Firing[] {
    this.watermarkMs = Math.max(this.watermarkMs, watermarkMs);
    return this.#process({ key: 'k', timeMs: watermarkMs, value: 0, watermarkMs });
  }

  /** Whether an element at this time would be late now: tried out on a copy. */
  wouldBeLate(timeMs: number): boolean {
    const { topology } = this.#partition;
    const copy = new Partition(topology);
    Object.assign(copy.state, decodeSnapshot(this.#partition.bytes(), topology).state);
    return copy.process(this.#record({ key: 'k', timeMs, value: 0 })).lateRecords.length > 0;
  }

  #process(body: Readonly<Record<string, unknown>>): Firing[] {
    const { results, deadLetters } = this.#partition.process(this.#record(body));
    if (deadLetters.length > 0) throw new Error(`element became a dead letter: ${deadLetters[0]?.reason}`);
    return results.map(firingOf);
  }

  #record(body: Readonly<Record<string, unknown>>) {
    return {
      offset: BigInt(++this.#offset),
      subSequence: 0,
      partitionKey: 'k',
      arrivalTimeMs: Number(body['timeMs']),
      data: new TextEncoder().encode(JSON.stringify(body)),
    };
  }
}

function firingOf({ windowStartMs, windowEndMs, revision, retracted, values }: ResultRow): Firing {
  const { items = [] } = (values as { all?: { items: number[] } }).all ?? {};
  const time = (name: string) => (values[name] as number | null | undefined) ?? undefined;
  return {
    startMs: windowStartMs,
    endMs: windowEndMs,
    revision,
    isRetracted: retracted === true,
    values: items.toSorted((a, b) => a - b),
    earliestMs: time('earliestMs'),
    latestMs: time('latestMs'),
  };
}

/** What holds after all firings: by place, the newest revision that is not taken back. */
export function standing(firings: readonly Firing[]): Firing[] {
  const newest = new Map(firings.map((firing) => [firing.startMs, firing]));
  return [...newest.values()]
    .filter(({ isRetracted }) => !isRetracted)
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}
