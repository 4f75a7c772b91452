import { describe, expect, it } from '@jest/globals';
import { againstFlink } from '../../../operate/cost/crossover.ts';
import { estimate, type Estimate } from '../../../operate/cost/estimate.ts';
import { inputOf } from '../../../operate/cost/input-of.ts';
import { costText } from '../../../operate/cost/report.ts';
import inbound from '../../../pipelines/inbound.ts';

const ofInbound = (rates: Readonly<Record<string, number>> = {}, eventsPerSecond = 2_000) =>
  inputOf(inbound.fragments, { eventsPerSecond, keys: 300, eventBytes: 200, rates });

const quantity = ({ lines }: Estimate, what: string, of: string) =>
  lines.find((one) => one.what === what && one.of === of)?.quantity;

describe('several sources in what a load costs', () => {
  it('share the records equally unless they are told otherwise', () => {
    const found = estimate(ofInbound());
    expect(found.sources.map(({ name, eventsPerSecond }) => [name, eventsPerSecond])).toEqual([
      ['short-haul', 1_000],
      ['long-haul', 1_000],
    ]);
  });

  it('have each the shards, batches and ticks that its own rate needs', () => {
    const found = estimate(ofInbound({ 'short-haul': 1_990 }));
    expect(quantity(found, 'shards', 'short-haul')).toBe(2 * 730);
    expect(quantity(found, 'shards', 'long-haul')).toBe(730);
    expect(quantity(found, 'records put', 'long-haul')).toBeCloseTo(10 * 2_628_000, 0);
    const [, longHaul] = found.sources;
    expect(longHaul?.traffic.recordsPerBatch).toBeCloseTo(11, 6);
    expect(quantity(found, 'batches and ticks', 'long-haul')).toBeCloseTo((10 / 11) * 2_628_000 + 43_800, 0);
  });

  it('send to one exchange together, which each of their ticks looks at', () => {
    const { exchanges, lines } = estimate(ofInbound({ 'short-haul': 1_990 }));
    expect(exchanges[0]?.senders.map(({ name, logs }) => [name, logs])).toEqual([
      ['short-haul', 2],
      ['long-haul', 1],
    ]);
    expect(exchanges[0]?.rowsPerMonth).toBeCloseTo(2_000 * 2_628_000, 0);
    const atRest = estimate(ofInbound({}, 0.000_01));
    expect(quantity(atRest, 'looks of ticks at receivers', 'by-destination')).toBeCloseTo(43_800 * 2 * (4 + 2), -3);
    const others = lines.find(({ what }) => what === 'looks of ticks at other sources');
    expect(others?.quantity).toBe(43_800 * 3);
  });

  it('say who has what, and that the exchange costs less at rest than is the goal', () => {
    const input = ofInbound({ 'long-haul': 500 });
    const text = costText({ pipeline: 'inbound', input, estimate: estimate(input), against: againstFlink(input) });
    expect(text).toContain('events/s of each source: short-haul 1,500, long-haul 500 (--rate <source>=<events/s>');
    expect(text).toContain('needs short-haul: 2 shards');
    expect(text).toMatch(/by-destination at rest: \$0\.4\d\* a month, besides its alarms\n/);
  });

  it.each([
    [{ 'long-haul': 2_001 }, 'long-haul=2001'],
    [{ 'long-haul': 1, 'short-haul': 1 }, 'long-haul=1 short-haul=1'],
  ])('refuse rates that do not add up: %j', (rates, shown) => {
    expect(() => ofInbound(rates)).toThrow(
      `rate must be of all sources together the 2000 events per second, got "${shown}"; correct --rate or --events-per-second`,
    );
  });

  it('refuse a rate for a source that is none of the pipeline', () => {
    expect(() => ofInbound({ departures: 1 })).toThrow(
      'rate must be of one of short-haul, long-haul, got "departures"',
    );
  });
});
