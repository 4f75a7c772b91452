import { describe, expect, it } from '@jest/globals';
import { atRest, atRestText } from '../../../operate/cost/at-rest.ts';
import { STAR_TEXT } from '../../../operate/cost/prices.ts';
import { explain } from '../../../operate/explain/explain.ts';
import busiest from '../../../pipelines/busiest.ts';
import destinations from '../../../pipelines/destinations.ts';
import inbound from '../../../pipelines/inbound.ts';
import flights from '../../../pipelines/flights.ts';
import { orders, synthesize } from '../../lib/synthesize.ts';

const usd = (options: Parameters<typeof synthesize>[0]) =>
  Object.fromEntries(atRest(synthesize(options).toJSON()).map((line) => [line.what, Number(line.usd?.toFixed(2))]));

describe('what a stack costs at rest', () => {
  it('is its shard, its dashboard, its alarms and their key, and the tick', () => {
    expect(usd({})).toEqual({ Kinesis: 10.95, dashboard: 3, alarms: 2.4, metrics: 1.2, keys: 1, ticks: 0.09 });
  });

  it('grows with shards, with retention beyond a day, and with a consumer of its own', () => {
    expect(
      usd({
        overrides: {
          streamCapacity: { mode: 'provisioned', shardCount: 2 },
          streamRetentionHours: 168,
          enhancedFanOut: true,
        },
      }),
    ).toMatchObject({ Kinesis: 51.1, 'enhanced fan-out': 21.9 });
  });

  it('has a price per hour for a stream on demand, and none for one that exists', () => {
    expect(usd({ overrides: { streamCapacity: { mode: 'on-demand' } } })).toMatchObject({ Kinesis: 29.2 });
    expect(
      usd({
        overrides: { existingStreamArns: { purchases: 'arn:aws:kinesis:eu-central-1:123456789012:stream/shared' } },
      }),
    ).not.toHaveProperty('Kinesis');
  });

  it('counts the stream of the results too', () => {
    expect(usd({ topology: { ...orders, sinks: [{ kind: 'stream', stream: 'totals' }] } })).toMatchObject({
      Kinesis: 21.9,
    });
  });

  it('is said in one line', () => {
    expect(atRestText('Tidemark-orders-dev', atRest(synthesize().toJSON()))).toBe(
      `Tidemark-orders-dev: $18.64* a month at rest (Kinesis $10.95, dashboard $3.00*, alarms $2.40*, metrics $1.20*, keys $1.00*, ticks $0.09*; us-east-1; ${STAR_TEXT})`,
    );
  });

  it.each([
    ['flights', flights],
    ['destinations', destinations],
    ['busiest', busiest],
    ['inbound', inbound],
  ])('is what explain says of the pipeline: %s', (_name, { topology, plan, fragments }) => {
    const found = atRest(
      synthesize({ topology }).toJSON(),
      [],
      topology.downstream.map(({ exchange }) => exchange.receivers),
    );
    const explained = explain({ topology, plan, fragments }).fragments.map(({ atRestUsd }) => atRestUsd);
    const total = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
    expect(total(explained.flatMap((one) => Object.values(one)))).toBeCloseTo(
      total(found.map(({ usd: amount = NaN }) => amount)),
      9,
    );
  });
});
