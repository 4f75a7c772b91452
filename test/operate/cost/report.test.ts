import { describe, expect, it } from '@jest/globals';
import { againstFlink, crossover } from '../../../operate/cost/crossover.ts';
import { estimate } from '../../../operate/cost/estimate.ts';
import { inputOf } from '../../../operate/cost/input-of.ts';
import { number } from '../../../operate/cost/notes.ts';
import { costJson, costText, servicesOf, usd } from '../../../operate/cost/report.ts';
import type { CostInput } from '../../../operate/cost/traffic.ts';
import { topologyOf } from '../../engine/support/readings.ts';
import { costInput } from '../support/cost-input.ts';

const reportOf = (changes: Partial<CostInput> = {}) => {
  const input = costInput(changes);
  return { pipeline: 'flights', input, estimate: estimate(input), against: againstFlink(input) };
};

describe('crossover', () => {
  it('finds the load from which Managed Flink is cheaper', () => {
    const input = costInput({ keys: 100_000 });
    const { always } = crossover(input);
    if (always === null) throw new Error('no crossover');
    const cheaper = (eventsPerSecond: number): boolean => {
      const { totalUsd, flink } = estimate({ ...input, eventsPerSecond });
      return flink.totalUsd < totalUsd;
    };
    expect(cheaper(always)).toBe(true);
    for (const factor of [1.5, 3, 10, 100]) expect(cheaper(always * factor)).toBe(true);
    expect(cheaper(always * 0.95)).toBe(false);
  });

  it('finds none with few keys: a batch is one write unit, whatever its size', () => {
    expect(crossover(costInput({ keys: 10 }))).toMatchObject({ first: null, always: null });
  });

  it('comes later when Flink needs more KPUs for the same', () => {
    const fast = crossover(costInput({ keys: 100_000, flinkEventsPerKpu: 50_000 })).always ?? Number.NaN;
    const slow = crossover(costInput({ keys: 100_000, flinkEventsPerKpu: 5_000 })).always ?? Number.POSITIVE_INFINITY;
    expect(fast).toBeLessThan(slow);
  });
});

describe('the text', () => {
  it('says what it costs, what it takes, and where Flink is cheaper', () => {
    const text = costText(reportOf({ eventsPerSecond: 50_000, keys: 100_000 }));
    expect(text).toMatch(/^flights at 50,000 events\/s and 100,000 keys, a month in us-east-1\n/);
    expect(text).toContain('needs 50 shards and as much concurrency');
    expect(text).toMatch(
      /Managed Flink at 10,000 events\/s a KPU: 6 KPUs \$506\.80\* \+ stream and results \$[\d,.]+\* = \$[\d,.]+\*; Flink is [\d.]+ times cheaper/,
    );
    expect(text).toMatch(/Managed Flink is cheaper from [\d,]+ events\/s on/);
  });

  it('states what is assumed, whatever the load', () => {
    for (const eventsPerSecond of [0.1, 50_000]) {
      const text = costText(reportOf({ eventsPerSecond }));
      expect(
        text
          .slice(text.indexOf('\nassumed:'))
          .split('\n  ')
          .map((line) => line.split(':')[0]),
      ).toEqual([
        '\nassumed',
        'prices',
        'load',
        'shards',
        'batches',
        'function',
        'log',
        'results',
        'lake',
        'CloudWatch',
        'Managed Flink',
      ]);
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it.each<[string, Partial<CostInput>, RegExp]>([
    [
      'a key that is more than a shard takes',
      { eventsPerSecond: 20_000, keys: 10 },
      /WARNING: each key gets 2,000 events\/s/,
    ],
    ['fewer keys than shards', { keys: 10, batchSize: 1 }, /WARNING: 10 keys cannot fill 16 shards evenly/],
  ])('warns of %s', (_title, changes, warning) => {
    expect(costText(reportOf(changes))).toMatch(warning);
  });

  it('warns of nothing when there is nothing', () => {
    expect(costText(reportOf())).not.toContain('WARNING');
  });
});

describe('the JSON', () => {
  it('is one line with lines, sums, what is assumed and where Flink is cheaper', () => {
    const text = costJson(reportOf());
    expect(text).not.toContain('\n');
    expect(JSON.parse(text)).toMatchObject({
      pipeline: 'flights',
      region: 'us-east-1',
      traffic: { partitions: 1 },
      services: { Kinesis: expect.closeTo(47.742, 3) },
      againstFlink: [
        { flink: { kpus: 2 }, crossover: { eventsPerKpu: 10_000, first: null } },
        { flink: { kpus: 2 }, crossover: { eventsPerKpu: 100_000 } },
      ],
      warnings: [],
      assumptions: { memoryMiB: 1_024 },
    });
  });

  it('sums by service', () => {
    const { estimate: found } = reportOf();
    expect(Object.values(servicesOf(found)).reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(found.totalUsd, 9);
  });
});

it('reads batches, windows and sinks from the definition', () => {
  const topology = topologyOf({ sizeMs: 60_000, maxOutOfOrdernessMs: 5, allowedLatenessMs: 7 });
  expect(inputOf([topology], { eventsPerSecond: 1, keys: 1, eventBytes: 1 })).toEqual({
    eventsPerSecond: 1,
    keys: 1,
    eventBytes: 1,
    batchSize: 1_000,
    maxBatchingWindowMs: 1_000,
    windowMs: 60_000,
    openAfterEndMs: 12,
    resultTable: true,
    lake: false,
  });
});

it.each([
  [0, '$0.00'],
  [0.004, '<$0.01'],
  [0.01, '$0.01'],
  [1_234.5, '$1,234.50'],
])('shows %d dollars as %s', (amount, text) => {
  expect(usd(amount)).toBe(text);
});

it.each([
  [0.001368, '0.0014'],
  [1.757, '1.76'],
  [12.34, '12.3'],
  [1_234.5, '1,235'],
])('shows the number %d as %s', (value, text) => {
  expect(number(value)).toBe(text);
});
