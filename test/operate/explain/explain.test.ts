import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import {
  avro,
  collect,
  count,
  everyEventTime,
  everyN,
  hours,
  kafka,
  kinesis,
  lake,
  list,
  minutes,
  partitionValue,
  pipeline,
  resultTable,
  stream,
  sum,
  topic,
  tumbling,
  value,
  type Pipeline,
} from '../../../engine/index.ts';
import { planJson } from '../../../engine/plan/plan-json.ts';
import { drawExplanation, mermaidOf } from '../../../operate/explain/draw.ts';
import { explain } from '../../../operate/explain/explain.ts';

const Order = z.object({ shop: z.string(), item: z.string(), cents: z.int(), atMs: z.int() });

const orders = pipeline('orders')
  .source(kinesis({ stream: 'orders', partitionKey: 'shop', schema: Order }))
  .eventTime(({ atMs }) => atMs, { maxOutOfOrdernessMs: minutes(5) });

const hourly = orders
  .branch('refunds', ({ cents }) => cents < 0)
  .keyBy('shop', 'item')
  .window(tumbling({ sizeMs: minutes(1) }), { allowedLatenessMs: minutes(10) })
  .aggregate({ cents: sum('cents') })
  .window(tumbling({ sizeMs: hours(1) }), { trigger: { early: everyEventTime(minutes(5)) } })
  .aggregate({ minutes: collect('cents', { maxItems: 60 }) })
  .to(resultTable(), stream({ stream: 'hourly' }));

function detailsOf(given: Pipeline, id: string): readonly string[] | undefined {
  return explain(given).fragments[0]?.nodes.find((node) => node.id === id)?.details;
}

describe('what explain says', () => {
  it('says of a key of several fields that it begins with the partition key', () => {
    expect(detailsOf(hourly, 'keyBy')).toEqual(['begins with the partition key of the source: no exchange']);
  });

  it('cuts a plan where its key is not the partition key, and says what that costs at rest', () => {
    const byItem = orders
      .keyBy('item', { receivers: [2] })
      .window(tumbling({ sizeMs: minutes(1) }))
      .aggregate({ cents: sum('cents') })
      .to(resultTable());
    const { fragments } = explain(byItem);
    expect(fragments.map(({ id, nodes }) => [id, nodes.map(({ kind }) => kind)])).toEqual([
      ['orders', ['source']],
      ['orders behind by-item', ['keyBy', 'window', 'sink']],
    ]);
    expect(fragments[1]?.nodes[0]?.details).toEqual([
      'is not the partition key of the source: exchange by-item to 2 receivers',
      'a receiver is called for all that comes within 1s',
      'rows of a commit are combined, by key and window',
    ]);
    expect(fragments[1]?.atRestUsd['SQS']).toBeCloseTo(0.33, 2);
    expect(drawExplanation(explain(byItem))).toContain('orders: 2 fragments, an exchange between them');
  });

  it('says when receivers are called that wait for nothing', () => {
    const at = (paceMs: number) =>
      explain(
        orders
          .keyAll({ paceMs })
          .window(tumbling({ sizeMs: minutes(1) }))
          .aggregate({ cents: sum('cents') })
          .to(resultTable()),
      ).fragments[1]?.nodes[0]?.details;
    expect(at(0)).toEqual([
      'exchange all to 1 receiver',
      'each commit of a sender calls its receivers',
      'rows of a commit are combined, by key and window',
    ]);
    expect(at(10_000)).toContain('a receiver is called for all that comes within 10s');
  });

  it('says why rows are not combined before they come to a key', () => {
    const byItem = orders
      .keyBy('item')
      .window(tumbling({ sizeMs: minutes(1) }))
      .aggregate({ all: collect('cents', { maxItems: 60 }) })
      .to(resultTable());
    expect(explain(byItem).fragments[1]?.nodes[0]?.details).toContain(
      'rows are not combined: all is no count, sum, mean, extreme or variance',
    );
  });

  it('names side outputs, aggregates and triggers', () => {
    expect(detailsOf(hourly, 'branch')).toEqual(['to the side output refunds']);
    expect(detailsOf(hourly, 'window2')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^minutes = collect/),
        'results: early every 5m of event time, at the end, late with each record; accumulating',
      ]),
    );
  });

  it('says that a window over results waits for the final ones of the window before it', () => {
    expect(detailsOf(hourly, 'window')).toContain('results: one, when the window closes');
    expect(detailsOf(hourly, 'window2')).toContain('watermark: 10m behind that of the source');
  });

  it('bounds the state of a window by its size, its lateness and the disorder of the source', () => {
    expect(detailsOf(hourly, 'window')).toContain('state: an entry per key and window, for 16m of event time');
    expect(
      detailsOf(
        orders
          .keyBy('shop')
          .window(everyN({ n: 10 }))
          .aggregate({ n: count() })
          .to(lake()),
        'window',
      ),
    ).toContain('state: an entry per key, for good');
  });

  it('names the states and outputs of a process function', () => {
    const watched = orders
      .keyBy('shop')
      .process({
        state: {
          last: value<number>({ ttlMs: hours(2) }),
          items: list<string>(),
          newest: partitionValue({ initial: 0, merge: Math.max }),
        },
        results: { n: 'integer' },
        outputs: ['odd'],
        onRecord: () => undefined,
      })
      .to(lake());
    expect(detailsOf(watched, 'process')).toEqual([
      'state: last, a value per key, for 2h of event time',
      'state: items, a list per key, kept until it is cleared',
      'state: newest, a value per partition, kept until it is cleared',
      'to the side output odd',
    ]);
  });

  it('tells clocks, formats and topics apart', () => {
    const arriving = pipeline('arriving')
      .source(kafka({ topic: 'orders', partitionKey: 'shop', schema: Order, format: avro({ registry: 'glue' }) }))
      .arrivalTime()
      .keyBy('shop')
      .window(tumbling({ sizeMs: minutes(1) }))
      .aggregate({ n: count() })
      .to(topic({ topic: 'counts', latestPer: 'window' }));
    const nodes = explain(arriving).fragments[0]?.nodes ?? [];
    expect(nodes[0]?.what).toBe('topic orders, partitioned by shop');
    expect(nodes[0]?.details).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Avro with the Glue registry/),
        'arrival time: watermark 0ms behind the newest record',
      ]),
    );
    expect(nodes.at(-1)?.what).toBe('topic counts, the latest per window');
    expect(
      orders
        .keyBy('shop')
        .window(everyN({ n: 2 }))
        .aggregate({ n: count() })
        .to(lake()).plan.nodes,
    ).toHaveLength(4);
  });

  it('draws lines no longer than 118 characters, and every sink', () => {
    const long = orders
      .filter(
        ({ item, shop, cents, atMs }) =>
          item !== 'a name that is rather long' &&
          shop !== 'another name that is long' &&
          cents > 1_000_000 &&
          atMs > 0,
      )
      .keyBy('shop')
      .window(everyN({ n: 2 }))
      .aggregate({ n: count() })
      .to(lake(), resultTable());
    const lines = drawExplanation(explain(long)).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBe(118);
    expect(lines).toEqual(expect.arrayContaining(['  ├─► lake', '  └─► result table']));
    expect(lines.at(-2)).toMatch(/^at rest: \$[\d.]+\* a month \(Kinesis \$[\d.]+, dashboard \$[\d.]+\*, /);
    expect(lines.at(-1)).toMatch(/^\* with a price that is not checked/);
  });

  it('escapes code in a flowchart', () => {
    const chart = mermaidOf(explain(hourly));
    expect(chart).toMatch(/branch\["branch<br>\(\{ cents \}\) ?=&gt; ?cents &lt; 0"\]/);
    expect(chart).toContain('  window --> window2\n');
    expect(chart.split('\n')[0]).toBe('flowchart TD');
  });
});

describe('a plan as JSON', () => {
  it('has the text of code, the vendor of schemas and the descriptors of windows and aggregates', () => {
    const plan = JSON.parse(JSON.stringify(planJson(hourly.plan))) as {
      name: string;
      nodes: Array<Record<string, unknown>>;
    };
    expect(plan.name).toBe('orders');
    expect(plan.nodes[0]).toMatchObject({
      kind: 'source',
      inputs: [],
      source: { stream: 'orders', schema: { schema: 'zod' } },
      eventTime: { timestampExtractor: { code: expect.stringMatching(/^\(\{ atMs \}\) ?=> ?atMs$/) } },
    });
    expect(plan.nodes[3]).toMatchObject({
      id: 'window',
      inputs: ['keyBy'],
      windows: 'tumbling(size=60000,offset=0)',
      aggregates: [{ name: 'cents', aggregate: 'sum(cents)' }],
    });
    expect(plan.nodes.map(({ id }) => id)).toEqual([
      'source',
      'branch',
      'keyBy',
      'window',
      'window2',
      'resultTable',
      'stream',
    ]);
  });
});
