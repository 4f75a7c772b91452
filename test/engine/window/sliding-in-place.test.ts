/** What each record means to sliding windows by itself: the four lines of docs/adr/0039-sliding-windows-behind-an-exchange.md. */
import { describe, expect, it } from '@jest/globals';
import { collect, count, kinesis, pipeline, resultTable, sliding } from '../../../engine/index.ts';
import { SeededRandom } from '../../simulation/world/random.ts';
import { reading, READING } from '../support/readings.ts';
import { Partition } from '../support/state.ts';

interface Row {
  readonly timeMs: number;
  /** Start of the first window that may count it. */
  readonly firstMs: number;
  readonly value: number;
}

/** Values by start of the window. */
function windowsOf(differenceMs: number, rows: readonly Row[]): Record<string, readonly number[]> {
  const starts = new Set(
    rows.flatMap(({ timeMs, firstMs }) =>
      firstMs <= timeMs - differenceMs ? [timeMs - differenceMs, timeMs + 1] : [timeMs + 1],
    ),
  );
  const found = [...starts].map((startMs) => {
    const counted = rows.filter(
      ({ timeMs, firstMs }) => firstMs <= startMs && startMs <= timeMs && timeMs <= startMs + differenceMs,
    );
    return [startMs, counted.map(({ value }) => value)] as const;
  });
  return Object.fromEntries(found.filter(([, values]) => values.length > 0));
}

const FAR_MS = 10_000;

describe('sliding windows of one partition', () => {
  it('end up with what each record brings about and is in time for, by the watermark before it alone', () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new SeededRandom(seed, 'sliding');
      const [differenceMs, maxOutOfOrdernessMs] = [random.between(1, 12), random.between(0, 8)];
      const [allowedLatenessMs, finalOnly] = [random.pick([0, 0, 3, 10]), random.chance(0.3)];
      const { topology } = pipeline('sliding')
        .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
        .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 100_000 })
        .keyBy('key')
        .window(sliding({ timeDifferenceMs: differenceMs }), { allowedLatenessMs, finalOnly })
        .aggregate({ n: count(), all: collect('value', { maxItems: 100 }) })
        .to(resultTable());
      const rows: Row[] = [];
      const times: number[] = [];
      let watermarkMs = Number.NEGATIVE_INFINITY;
      for (let value = 0; value < random.between(2, 30); value++) {
        const timeMs = Math.max(0, Math.max(0, watermarkMs) + random.between(-25, 12));
        times.push(timeMs);
        if (timeMs + differenceMs + 1 + allowedLatenessMs <= watermarkMs) continue;
        const firstMs = Math.max(timeMs - differenceMs, watermarkMs - allowedLatenessMs - differenceMs);
        rows.push({ timeMs, firstMs, value });
        watermarkMs = Math.max(watermarkMs, timeMs - maxOutOfOrdernessMs);
      }
      const partition = new Partition(topology);
      const outboxes = [...times, FAR_MS].map((timeMs, value) => partition.process(reading(value, 'a', timeMs, value)));
      const newest = new Map<number, readonly number[]>();
      for (const { windowStartMs, values } of outboxes.flatMap(({ results }) => results)) {
        const { items } = (values as unknown as { all: { items: number[] } }).all;
        newest.set(
          windowStartMs,
          items.toSorted((a, b) => a - b),
        );
      }
      const found = [...newest].filter(([startMs]) => startMs < FAR_MS / 2);
      expect([seed, Object.fromEntries(found)]).toEqual([seed, windowsOf(differenceMs, rows)]);
      expect(outboxes.flatMap(({ lateRecords }) => lateRecords)).toHaveLength(times.length - rows.length);
    }
  });
});
