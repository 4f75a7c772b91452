import { describe, expect, it } from '@jest/globals';
import { stageSettings } from '../../../lib/settings.ts';
import { ASSUMED } from '../../../operate/cost/assumptions.ts';
import { allInItems, estimate, type Estimate } from '../../../operate/cost/estimate.ts';
import type { CostInput } from '../../../operate/cost/traffic.ts';
import { costInput } from '../support/cost-input.ts';

const line = ({ lines }: Estimate, what: string) => lines.find((one) => one.what === what);

describe('a month of one full shard', () => {
  it.each([
    // what, quantity, dollars; by hand
    ['shards', 730, 10.95], // 730 h × 0.015
    ['records put', 2_628_000_000, 36.792], // × 0.014 a million
    ['batches and ticks', 2_671_800, 0.53436], // 2,628,000 + 43,800, × 0.20 a million
    ['duration', 95_451.88, 1.2727], // (2,628,000 × 35.0711 ms + 43,800 × 75 ms) × 1 GB
    ['log', 2_628_000, 1.6425], // 1 unit: 632.3 × 16 bytes are above 8 KiB, and an object
    ['snapshots, large deltas', 2_731_386.25, 13.65693], // 2,628,000 × (1 + 1.25 / 32), and 730 outboxes
    ['waiting for large deltas', 262_800, 3.50402], // 2,628,000 × 100 ms × 1 GB
    ['results', 876_000, 0.5475], // 730,000 × 1.2
    ['results kept', 0.17269, 0.04317], // 730,000 × 254 bytes
    ['logs', 3.98129, 1.99065], // 2,671,800 × 1,600 bytes
    ['metrics, alarms, dashboard', 39, 9.6], // 14 × 0.30 + 24 × 0.10 + 3
  ])('%s: %d for $%d', (what, quantity, usd) => {
    const found = line(estimate(costInput()), what);
    expect(found?.quantity).toBeCloseTo(quantity, Number.isInteger(quantity) ? 4 : 2);
    expect(found?.usd).toBeCloseTo(usd, 4);
  });

  it('adds up', () => {
    const { lines, totalUsd } = estimate(costInput());
    expect(totalUsd).toBeCloseTo(
      lines.reduce((sum, { usd }) => sum + usd, 0),
      9,
    );
    expect(lines.every(({ usd, quantity }) => Number.isFinite(usd) && usd >= 0 && quantity >= 0)).toBe(true);
  });
});

describe('the log', () => {
  it.each<[string, Partial<CostInput>, number]>([
    // write units per batch when nothing fires: ceil((600 + 16 × changed panes) / 1,024)
    ['few keys', { keys: 10 }, 1],
    ['a thousand keys', {}, 11],
    ['a key per record', { keys: 1_000_000_000 }, 17],
    ['single records', { eventsPerSecond: 0.1 }, 1],
  ])('costs by the keys that a batch changes: %s', (_title, changes, units) => {
    const { traffic, lines } = estimate(costInput({ windowMs: 1e12, inlineLimitKiB: 32, ...changes }));
    expect((line({ traffic, lines } as Estimate, 'log')?.quantity ?? 0) / traffic.batchesPerMonth).toBeCloseTo(
      units,
      1,
    );
  });

  it('puts bodies that are too large for an item into objects', () => {
    // 10,000 keys fire at once: a delta of 160 KB and an outbox of 200 KB; 730 times a month
    const input = costInput({ keys: 10_000, inlineLimitKiB: 32 });
    const objects = line(estimate(input), 'snapshots, large deltas')?.quantity ?? 0;
    expect(objects).toBeCloseTo(102_656.25 + 2 * 730, 2);
  });

  it('is cheaper in objects the larger a body is, the time included that a commit waits for them', () => {
    const saved = (keys: number): number => {
      const input = costInput({ keys, windowMs: 1e12 });
      return allInItems(input).totalUsd - estimate(input).totalUsd;
    };
    // Per commit: 8 write units and 2.1 of waiting for the object instead of 10 and of 16
    expect(saved(1_000)).toBeCloseTo(2.628 * (10 - 8) * 0.625 - 3.50402, 1);
    expect(saved(1_000_000_000)).toBeCloseTo(2.628 * (16 - 8) * 0.625 - 3.50402, 1);
    expect(saved(100)).toBeCloseTo(0, 9);
  });
});

describe('sinks', () => {
  it.each([
    [false, false],
    [true, false],
    [false, true],
  ])('cost nothing when there is none: table %s, lake %s', (resultTable, lake) => {
    const found = estimate(costInput({ resultTable, lake }));
    expect(line(found, 'results') !== undefined).toBe(resultTable);
    expect(line(found, 'lake files') !== undefined).toBe(lake);
  });

  it('fill the lake through Firehose, by hand', () => {
    // 876,000 lines of 260 bytes; of each put half a step of 5 KiB more; a file every five minutes at most
    const found = estimate(costInput({ lake: true }));
    const { batchesPerMonth, bursts } = found.traffic;
    const puts = bursts + (batchesPerMonth - bursts) * (1 - Math.exp(-146_000 / batchesPerMonth));
    const gb = (876_000 * 260 + puts * 2_560) / 2 ** 30;
    expect(line(found, 'lake delivery')?.quantity).toBeCloseTo(gb, 6);
    expect(line(found, 'lake delivery')?.usd).toBeCloseTo(
      gb * 0.029 + ((876_000 * 260) / 2 ** 30) * 0.038 + 8.76 * 0.005,
      6,
    );
    expect(line(found, 'lake files')?.quantity).toBe(8_760);
  });
});

describe('small and large loads', () => {
  it('costs about $21 a month for an event every ten seconds, nearly all of it for the shard and the dashboard', () => {
    const { totalUsd, lines } = estimate(costInput({ eventsPerSecond: 0.1, keys: 10 }));
    const rest = lines.filter(({ what }) => what !== 'shards' && what !== 'metrics, alarms, dashboard');
    expect(totalUsd).toBeCloseTo(21.13, 1);
    expect(rest.reduce((sum, { usd }) => sum + usd, 0)).toBeLessThan(0.7);
  });

  it('grows with the load, shard by shard', () => {
    const one = estimate(costInput({ keys: 1_000 }));
    const fifty = estimate(costInput({ eventsPerSecond: 50_000, keys: 50_000 }));
    expect(line(fifty, 'log')?.quantity).toBeCloseTo(50 * (line(one, 'log')?.quantity ?? 0), 0);
    expect(fifty.traffic.averageConcurrency).toBeCloseTo(50 * one.traffic.averageConcurrency, 9);
  });

  it('counts a record for on-demand streams as whole kilobytes', () => {
    // 730 h × 0.04 + 2,628 M × 1,024 B in × 0.08 + 2,628 M × 200 B out × 0.04
    expect(estimate(costInput()).kinesisOnDemandUsd).toBeCloseTo(29.2 + 200.5005 + 19.5801, 3);
  });
});

describe('Managed Flink', () => {
  it.each([
    // events/s, KPUs with the one for orchestration, dollars: 80.30 each and 5 of storage for each that works
    [0.1, 2, 165.6],
    [10_000, 2, 165.6],
    [10_001, 3, 250.9],
    [50_000, 6, 506.8],
  ])('at %d events/s takes %d KPUs for $%d', (eventsPerSecond, kpus, kpuUsd) => {
    const { flink } = estimate(costInput({ eventsPerSecond }));
    expect(flink.kpus).toBe(kpus);
    expect(flink.kpuUsd).toBeCloseTo(kpuUsd, 6);
  });

  it('pays the same for the stream and for results', () => {
    const { flink, lines } = estimate(costInput());
    expect(flink.sharedUsd).toBeCloseTo(
      lines
        .filter(({ service, what }) => service === 'Kinesis' || /^(results|lake)/.test(what))
        .reduce((sum, { usd }) => sum + usd, 0),
      9,
    );
    expect(flink.totalUsd).toBeCloseTo(flink.sharedUsd + flink.kpuUsd, 9);
  });
});

it('assumes the memory that the stack gives the function', () => {
  expect(ASSUMED.memoryMiB).toBe(stageSettings('dev').memoryMiB);
});
