import { describe, expect, it } from '@jest/globals';
import {
  count,
  everyN,
  hopping,
  kinesis,
  pipeline,
  resultTable,
  session,
  sliding,
  tumbling,
  value,
} from '../../engine/index.ts';
import type { Pipeline } from '../../engine/index.ts';
import { inspect } from '../../operate/inspect/inspect.ts';
import { placeOf } from '../operate/support/world-place.ts';
import { SHARD } from '../support/samples.ts';
import { READING, reading } from './support/readings.ts';
import { World } from './support/world.ts';

const keyed = () =>
  pipeline(SHARD.pipeline)
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 10 })
    .keyBy('key');
const seen = {
  state: { last: value<number>() },
  results: { last: 'number' as const },
  onRecord: (
    { eventTimeMs }: { readonly eventTimeMs: number },
    { state }: { state: { last: { set(timeMs: number): void } } },
  ) => state.last.set(eventTimeMs),
};

const PIPELINES: Readonly<Record<string, Pipeline>> = {
  tumbling: keyed()
    .window(tumbling({ sizeMs: 10 }))
    .aggregate({ n: count() })
    .to(resultTable()),
  deduplicated: keyed()
    .deduplicate({ by: ({ value: id }) => id, withinMs: 1_000 })
    .window(tumbling({ sizeMs: 10 }))
    .aggregate({ n: count() })
    .to(resultTable()),
  session: keyed()
    .window(session({ gapMs: 10 }))
    .aggregate({ n: count() })
    .to(resultTable()),
  everyN: keyed()
    .window(everyN({ n: 100 }))
    .aggregate({ n: count() })
    .to(resultTable()),
  hopping: keyed()
    .window(hopping({ sizeMs: 10, advanceMs: 5 }))
    .aggregate({ n: count() })
    .to(resultTable()),
  sliding: keyed()
    .window(sliding({ timeDifferenceMs: 10 }))
    .aggregate({ n: count() })
    .to(resultTable()),
  processed: keyed().process(seen).to(resultTable()),
};

describe('open windows', () => {
  it.each([
    ['tumbling', 3, 3, 'keys × windows'],
    ['deduplicated', 3, 7, 'keys × windows, and no remembered id'],
    ['session', 2, 2, 'sessions'],
    ['everyN', 2, 2, 'windows that are being filled'],
    ['processed', 0, 2, 'none: what a process function keeps is no window'],
  ])('of a %s pipeline are %i of %i entries: %s', async (name, windows, entries, _why) => {
    const { report, inspected } = await runOf(name);
    expect([report, inspected?.openWindows, inspected?.stateEntries]).toEqual([windows, windows, entries]);
  });

  it.each(['hopping', 'sliding'])(
    'of a %s pipeline are the slices that windows share, in the report of a batch as in inspect',
    async (name) => {
      const { report, inspected } = await runOf(name);
      expect(report).toBeGreaterThan(0);
      expect(inspected?.openWindows).toBe(report);
      expect(inspected?.stateEntries).toBeGreaterThanOrEqual(report);
    },
  );
});

/** Four records of two keys, one key in two windows of 10 ms; nothing has closed. */
async function runOf(name: string) {
  const world = new World({ topology: (PIPELINES[name] as Pipeline).topology });
  const instance = world.instance();
  const report = await instance.process(
    reading(1, 'a', 12, 1),
    reading(2, 'a', 15, 2),
    reading(3, 'b', 13, 3),
    reading(4, 'a', 21, 4),
  );
  const [inspected] = await inspect(placeOf(world));
  return { report: report.openWindows, inspected };
}
