import { describe, expect, it } from '@jest/globals';
import { dashboardBody, seriesOf } from '../../../docs/dashboard/body.ts';
import { existing } from '../ingest/kafka/clusters.ts';
import { exchanged, orders, purchases, refunds, returns, synthesize, united } from '../synthesize.ts';
import { alarmsOf } from './support.ts';

const kafka = { cluster: existing };
const streams = synthesize({ topology: united(orders, refunds) });
const mixed = synthesize({ topology: united(orders, returns), overrides: { kafka } });
const topics = synthesize({ topology: united(purchases, returns), overrides: { kafka } });
const one = synthesize({ topology: exchanged(orders) });

const READING = ['Behind', 'FunctionErrors', 'FunctionThrottles', 'RecordsAtRisk', 'Stalled', 'TickErrors'];
const beyond = (template: typeof one, alone: typeof one): string[] =>
  alarmsOf(template)
    .filter((name) => !alarmsOf(alone).includes(name))
    .sort();
const named = (names: readonly string[], source: string): string[] => names.map((name) => `${name}-${source}`).sort();

const alarm = (template: typeof one, name: string): Readonly<Record<string, unknown>> => {
  const [found] = Object.values(
    template.findResources('AWS::CloudWatch::Alarm', { Properties: { AlarmName: `Tidemark-orders-dev-${name}` } }),
  );
  return (found as { readonly Properties: Readonly<Record<string, unknown>> }).Properties;
};

describe('the alarms of a pipeline with several sources', () => {
  it('are those of reading once more for each, under its name, and those of the pipeline once', () => {
    expect(beyond(streams, one)).toEqual(named([...READING, 'StreamFull'], 'refunds'));
    expect(beyond(mixed, one)).toEqual(named([...READING, 'PartitionsHalted'], 'returns'));
    expect(alarmsOf(streams)).toEqual(expect.arrayContaining(alarmsOf(one)));
  });

  it('say of which source they are', () => {
    expect(alarm(streams, 'FunctionErrors')['AlarmDescription']).toMatch(/^Of purchases: Batches fail/);
    expect(alarm(streams, 'FunctionErrors-refunds')['AlarmDescription']).toMatch(/^Of refunds: Batches fail/);
    expect(alarm(one, 'FunctionErrors')['AlarmDescription']).toMatch(/^Batches fail/);
  });

  it('look each at the functions and the stream of its own source', () => {
    const text = (name: string): string => JSON.stringify(alarm(streams, name));
    for (const [name, part] of [
      ['FunctionErrors-refunds', 'ProcessorrefundsFunction'],
      ['TickErrors-refunds', 'TickrefundsFunction'],
      ['Behind-refunds', 'ProcessorrefundsFunction'],
      ['StreamFull-refunds', 'IngestrefundsStream'],
      ['Stalled-refunds', 'IngestrefundsStream'],
      ['FunctionErrors', 'ProcessorFunction'],
      ['StreamFull', 'IngestStream'],
    ] as const)
      expect(text(name)).toMatch(new RegExp(`"${part}[0-9A-F]{8}"`));
  });

  it('tell apart two topics of which one is behind or halted', () => {
    const dimensions = ['Behind', 'Behind-returns', 'PartitionsHalted', 'PartitionsHalted-returns'].map(
      (name) => alarm(topics, name)['Dimensions'],
    );
    const of = (Value: string) => [{ Name: 'pipeline', Value }];
    expect(dimensions).toEqual([of('orders'), of('orders/returns'), of('orders'), of('orders/returns')]);
  });

  it('tell of records that expired in a stream, whichever place it has, once', () => {
    const behindTopic = synthesize({ topology: united(purchases, refunds), overrides: { kafka } });
    expect(alarmsOf(behindTopic).filter((name) => name.startsWith('RecordsExpired'))).toEqual(['RecordsExpired']);
    expect(alarmsOf(streams).filter((name) => name.startsWith('RecordsExpired'))).toEqual(['RecordsExpired']);
    expect(alarmsOf(topics).filter((name) => name.startsWith('RecordsExpired'))).toEqual([]);
  });
});

describe.each([
  ['two streams', streams, 'refunds', 'shard'],
  ['a stream and a topic', mixed, 'returns', 'partition'],
  ['two topics', topics, 'returns', 'partition'],
])('the dashboard of %s', (_, template, further, part) => {
  const { widgets } = dashboardBody(template.toJSON());
  const titles = widgets.flatMap(({ properties }) => properties.title ?? []);

  it('has rows of each source with its name', () => {
    for (const title of ['Invocations', 'Time per batch', 'Age of the records read', 'Ticks'])
      expect(titles.filter((each) => each.startsWith(title))).toEqual([
        `${title} · purchases`,
        `${title} · ${further}`,
      ]);
    expect(titles).toContain(`By ${part} · ${further}`);
  });

  it('leaves no hole in a line', () => {
    for (const line of Map.groupBy(widgets, ({ y }) => y).values()) {
      expect(line.reduce((sum, { width }) => sum + width, 0)).toBe(24);
      expect(new Set(line.map(({ height }) => height)).size).toBe(1);
    }
  });

  it('uses in each expression only what the same widget defines', () => {
    for (const { properties } of widgets) {
      const all = seriesOf(properties);
      const ids = all.map(({ id }) => id);
      const used = all
        .filter(({ expression }) => expression?.includes('SEARCH') !== true)
        .flatMap(({ expression }) => expression?.match(/\b[a-z]\w*/g) ?? []);
      expect(used.filter((name) => !ids.includes(name))).toEqual([]);
    }
  });
});

describe('what is put and not yet in', () => {
  const expressions = (template: typeof one): string[] =>
    dashboardBody(template.toJSON())
      .widgets.flatMap(({ properties }) => seriesOf(properties))
      .flatMap(({ label, expression }) => (label === 'put and not yet in' ? [expression ?? ''] : []));

  it('is computed of what is put into all streams, and not at all beside a topic, whose puts are not counted', () => {
    expect(expressions(one)).toEqual(['FILL(recordsPut, 0) - FILL(recordsIn, 0)']);
    expect(expressions(streams)).toEqual(['FILL(SUM([recordsPut0, recordsPut1]), 0) - FILL(recordsIn, 0)']);
    expect(expressions(mixed)).toEqual([]);
  });
});
