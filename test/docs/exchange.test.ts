import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateSchemaOf } from '../../engine/codec/fingerprint.ts';
import { hopping, kinesis, pipeline, sliding } from '../../engine/index.ts';
import { DEFAULT_PACE_MS, MAX_PACE_MS } from '../../engine/exchange/pace.ts';
import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { stageSettings } from '../../lib/settings.ts';
import { ASSUMED } from '../../operate/cost/assumptions.ts';
import { PRICES } from '../../operate/cost/prices.ts';
import { differencesOf } from '../../engine/state/state-form.ts';
import busiest from '../../pipelines/busiest.ts';
import destinations from '../../pipelines/destinations.ts';
import { Departure } from '../../pipelines/flights.ts';
import totals from '../../pipelines/totals.ts';
import { airports, byOrigin, moreReceivers, originsByDepartures, pairs, slower } from './exchange-examples.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const guide = read('docs/exchange.md');

describe('docs/exchange.md', () => {
  it('shows code that compiles', () => {
    const snippets = [...guide.matchAll(/```ts\n([^]*?)\n```/g)].map(([, code]) => code as string);
    const files = [
      'pipelines/destinations.ts',
      'pipelines/routes.ts',
      'pipelines/totals.ts',
      'pipelines/busiest.ts',
      'pipelines/inbound.ts',
      'test/docs/exchange-examples.ts',
    ];
    const sources = files.map(read);
    expect(snippets).toHaveLength(12);
    expect(snippets.filter((snippet) => !sources.some((source) => source.includes(snippet)))).toEqual([]);
  });

  it('names exchanges as they are', () => {
    const { sendsTo } = destinations.topology;
    expect(sendsTo).toMatchObject({ id: 'by-destination', receivers: 4 });
    expect(airports.topology.sendsTo).toMatchObject({ id: 'by-airport', receivers: 8 });
    expect(moreReceivers.topology.sendsTo).toMatchObject({ receivers: 16, generation: 2, before: { receivers: 4 } });
    expect(pairs.topology.sendsTo).toMatchObject({ id: 'by-pair', keyFields: ['pair'], receivers: 3 });
    expect(totals.topology.sendsTo).toMatchObject({ id: 'all', receivers: 1 });
    expect(busiest.topology.downstream.map(({ exchange }) => exchange.id)).toEqual(['by-destination', 'all']);
  });

  it('says truly that a key may be added behind an operator, and none in front of it', () => {
    const [before, added] = [byOrigin, originsByDepartures].map(({ topology }) => stateSchemaOf(topology));
    expect(differencesOf(before as string[], added as string[])).toEqual([]);
    expect(differencesOf(added as string[], before as string[])).toContain('-exchange by-departures: departures');
    expect(differencesOf(before as string[], stateSchemaOf(airports.topology))).toContain('-key: origin');
  });

  it('says which paces there are', () => {
    expect([destinations, slower].map(({ topology }) => topology.sendsTo?.paceMs)).toEqual([1_000, 10_000]);
    expect([DEFAULT_PACE_MS, MAX_PACE_MS]).toEqual([1_000, 30_000]);
  });

  it('says how much of the rows of a sealed log stays, and what it costs', () => {
    const { shardRecordsPerSecond, rowBytesPerRecord, inlineLimitKiB } = ASSUMED;
    const bytes = (shardRecordsPerSecond * 86_400 + 2 * RING_SLOTS * 10_000) * rowBytesPerRecord;
    const usd = ((bytes / 2 ** 30) * PRICES.s3.perGbMonth).toFixed(3);
    expect(stageSettings('prod').recoveryDays).toBe(1);
    expect(guide).toContain(`commits of 10,000, they are ${Math.round(bytes / 1e6)} MB for $${usd} a month`);
    expect([inlineLimitKiB, (inlineLimitKiB * 1_024) / rowBytesPerRecord]).toEqual([8, 1_024]);
  });

  it('says truly that sliding windows cannot be behind one, and hopping ones can', () => {
    const keyed = pipeline('airports')
      .source(kinesis({ stream: 'departures', partitionKey: 'origin', schema: Departure }))
      .eventTime((departure) => departure.date, { maxOutOfOrdernessMs: 0 })
      .keyBy('destination');
    expect(() => keyed.window(sliding({ timeDifferenceMs: 10 }))).toThrow('must be other than sliding');
    expect(() => keyed.window(hopping({ sizeMs: 10, advanceMs: 5 }))).not.toThrow();
  });

  it('links to files that exist', () => {
    const links = [...guide.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path as string);
    expect(links.filter((path) => !existsSync(join(root, 'docs', path)))).toEqual([]);
  });
});
