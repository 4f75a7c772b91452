import { describe, expect, it } from '@jest/globals';
import { dashboardBody, seriesOf } from '../../../docs/dashboard/body.ts';
import type { Series, Widget } from '../../../docs/dashboard/body.ts';
import { BATCH_METRICS, TICK_METRICS } from '../../../engine/metrics.ts';
import { emitted, emittedTick } from '../../support/emitted.ts';
import { orders, synthesize } from '../synthesize.ts';

const { widgets } = dashboardBody(synthesize().toJSON());
const series = widgets.flatMap(({ properties }) => seriesOf(properties));
const ours = (all: readonly Series[]): Series[] =>
  all.filter(({ namespace }) => namespace?.startsWith('Tidemark') === true);
const titled = (part: string): Widget => {
  const found = widgets.find(({ properties }) => properties.title?.includes(part) === true);
  if (found === undefined) throw new Error(`no widget with ${part} in its title`);
  return found;
};
const labels = (title: string): string[] =>
  seriesOf(titled(title).properties)
    .filter(({ visible }) => visible)
    .map(({ label }) => label);

describe('the dashboard', () => {
  it('answers five questions in this order', () => {
    const headings = widgets.flatMap(({ type, properties }) =>
      type === 'text' ? [properties.markdown?.split('\n')[0]] : [],
    );
    expect(headings).toEqual([
      '# Tidemark · orders · dev',
      '## 1 · Is it alive?',
      '## 2 · Is it right?',
      '## 3 · Is time moving?',
      '## 4 · Is delivery moving?',
      '## 5 · What does it cost?',
    ]);
  });

  it('names no metric of ours that the function does not emit, in that namespace, under that very set of dimensions', () => {
    const emitters = [emitted(), emittedTick()].map(({ _aws }) => _aws.CloudWatchMetrics[0]);
    const names = emitters.flatMap((metrics) => metrics?.Metrics.map(({ Name }) => Name) ?? []);
    for (const { namespace, metricName, dimensions } of ours(series)) {
      expect(names).toContain(metricName);
      expect(emitters.map((metrics) => metrics?.Namespace)).toEqual([namespace, namespace]);
      expect(emitters.map((metrics) => metrics?.Dimensions)).toEqual(Array(2).fill([Object.keys(dimensions)]));
      expect(dimensions).toEqual({ pipeline: 'orders' });
    }
  });

  it('shows every metric that the function emits', () => {
    const defined = [
      ...BATCH_METRICS.counts,
      ...BATCH_METRICS.durations,
      ...TICK_METRICS.counts,
      ...TICK_METRICS.durations,
    ].map(({ name }) => name);
    expect([...new Set(ours(series).map(({ metricName }) => metricName))].sort()).toEqual([...defined].sort());
  });

  it('uses in each expression only what the same widget defines', () => {
    for (const { properties } of widgets) {
      const all = seriesOf(properties);
      const ids = all.map(({ id }) => id);
      const used = all.flatMap(({ expression }) => expression?.match(/\b[a-z]\w*/g) ?? []);
      expect(used.filter((name) => !ids.includes(name))).toEqual([]);
    }
  });

  it('gives each graph a unit at its axis', () => {
    const graphs = widgets.filter(({ properties }) => properties.view === 'timeSeries');
    expect(graphs.length).toBeGreaterThan(10);
    expect(graphs.filter(({ properties }) => properties.yAxis?.left?.label === undefined)).toEqual([]);
  });

  it('leaves no hole in a line and lets no widgets overlap', () => {
    const lines = Map.groupBy(widgets, ({ y }) => y);
    for (const line of lines.values()) {
      expect(line.reduce((sum, { width }) => sum + width, 0)).toBe(24);
      expect(new Set(line.map(({ height }) => height)).size).toBe(1);
    }
  });

  it('shows the invariant as what went in and where it went', () => {
    expect(labels('Every record')).toEqual([
      'put into the stream',
      'in',
      '= counted',
      '+ late',
      '+ dead letters',
      'unaccounted for',
      'put and not yet in',
    ]);
    const unaccounted = seriesOf(titled('Every record').properties).find(({ label }) => label === 'unaccounted for');
    expect(unaccounted?.expression).toBe('recordsIn - counted - late - dead');
  });

  it('says in minutes how far the watermark is behind', () => {
    const { properties } = titled('Watermark behind');
    expect(properties.yAxis?.left?.label).toBe('minutes');
    expect(seriesOf(properties).flatMap(({ expression }) => expression ?? [])).toEqual([
      'lagMs / 60000',
      'leastLagMs / 60000',
    ]);
  });

  it('computes what 1,000 records cost', () => {
    const expressions = seriesOf(titled('Per 1,000').properties).flatMap(({ expression }) => expression ?? []);
    expect(expressions).toEqual(['1000 * writeUnits / recordsIn', '1000 * durationMs / recordsIn']);
  });

  it('draws the line at which an alarm rings', () => {
    const other = dashboardBody(synthesize({ overrides: { maxIteratorAgeMs: 120_000, timeoutMs: 30_000 } }).toJSON());
    const lines = other.widgets.flatMap(({ properties }) => properties.annotations?.horizontal ?? []);
    expect(lines).toMatchObject([
      { value: 120_000, label: 'behind' },
      { value: 30_000, label: 'timeout' },
    ]);
  });

  it('asks the log of the function for what each shard does', () => {
    expect(titled('By shard').properties.query).toMatch(
      /^SOURCE '<ProcessorLogs\w+>' \| filter ispresent\(partition\)/,
    );
  });

  it('asks for nothing that is not in the log lines', () => {
    const fields = titled('By shard').properties.query?.match(/(?<=(latest|sum|max|ispresent)\()\w+/g) ?? [];
    expect(fields.filter((field) => !(field in emitted()))).toEqual([]);
  });

  it('shows no result table for a pipeline without one', () => {
    const lakeOnly = dashboardBody(synthesize({ topology: { ...orders, sinks: [{ kind: 'lake' }] } }).toJSON());
    const tables = lakeOnly.widgets
      .flatMap(({ properties }) => seriesOf(properties))
      .flatMap(({ dimensions }) => dimensions['TableName'] ?? []);
    expect(new Set(tables.map((table) => table.slice(0, -9)))).toEqual(new Set(['<PartitionLogTable']));
    expect(tables.length).toBeGreaterThan(0);
  });

  it('shows how fresh the lake is where Firehose fills it, and not elsewhere', () => {
    const firehose = (body: ReturnType<typeof dashboardBody>): unknown[] =>
      body.widgets
        .flatMap(({ properties }) => seriesOf(properties))
        .filter(({ namespace }) => namespace === 'AWS/Firehose')
        .map(({ metricName }) => metricName);
    expect(firehose(dashboardBody(synthesize().toJSON()))).toEqual([
      'DeliveryToS3.DataFreshness',
      'IncomingRecords',
      'ThrottledRecords',
      'FailedConversion.Records',
      'PartitionCountExceeded',
    ]);
    expect(firehose(dashboardBody(synthesize({ overrides: { lakeDelivery: { by: 'function' } } }).toJSON()))).toEqual(
      [],
    );
  });
});
