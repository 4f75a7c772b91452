import { describe, expect, it } from '@jest/globals';
import { MemoryShards } from '../../adapters/memory/shards.ts';
import { hours } from '../../engine/index.ts';
import { readingOf, receivingOf } from '../../engine/topology.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import { inspectedPartitions } from '../../operate/doctor/inspected-partitions.ts';
import { logChecks } from '../../operate/doctor/log-checks.ts';
import { drawExplanation, mermaidOf } from '../../operate/explain/draw.ts';
import { explain } from '../../operate/explain/explain.ts';
import { inspect } from '../../operate/inspect/inspect.ts';
import { partitionNounOf, type Place, type ReadSource } from '../../operate/place.ts';
import { START_MS, refund, sale, turnover } from '../engine/exchange/turnover.ts';
import { UnionWorld } from '../engine/exchange/union-world.ts';
import { notOk } from './support/findings.ts';

const given = turnover();

/** A shard and a partition of the same name; the receivers have not begun. */
async function placeOfBoth(): Promise<Place> {
  const world = new UnionWorld(given, { sales: ['0'], refunds: ['0'] });
  await world.world.clock.sleep(START_MS + hours(1));
  await world.take('sales', '0', sale('north', 1, 1), sale('south', 1, 2));
  await world.take('refunds', '0', refund('north', 100, 3));
  const [first, ...others] = readingOf(given.fragments).map((topology): ReadSource => ({
    topology,
    source: { name: nameOfSource(topology.source), incarnation: '1', partitions: ['0'] },
  })) as [ReadSource, ...ReadSource[]];
  const { logs, blobs, clock } = world.world;
  return { ...first, others, receiving: receivingOf(given.fragments), logs, blobs, clock, slots: 8 };
}

describe('a pipeline of two sources', () => {
  it('is inspected source by source, and its partitions are told apart', async () => {
    const reports = await inspect(await placeOfBoth());
    expect(
      reports.map(({ partition, exchange, recordsIn, unread }) => [partition, exchange, recordsIn, unread]),
    ).toEqual([
      ['sales/0', null, 2, null],
      ['refunds/0', null, 1, null],
      ['r0', 'by-shop', 0, 2],
      ['r1', 'by-shop', 0, 2],
    ]);
    expect(reports.at(-1)?.mostUnread).toEqual({ sender: 'sales/0', commits: 1 });
  });

  it('has each of its sources asked for what is left', async () => {
    const place = await placeOfBoth();
    const left = new MemoryShards();
    left.remains = () => 'records';
    const inspected = await inspectedPartitions(place, (source) => (source === 'refunds' ? left : new MemoryShards()));
    expect(inspected.map(({ remaining }) => remaining)).toEqual(['none yet', 'records', 'records', 'records']);
    const noun = partitionNounOf(given.topology);
    expect(notOk(logChecks(inspected, 8, noun, { nowMs: 0, isFailing: false }))).toEqual({
      // The receivers.
      'partitions-with-log': 'warning',
    });
    const blind = await inspectedPartitions(place, () => undefined);
    expect(blind.map(({ remaining }) => remaining).slice(0, 2)).toEqual([undefined, undefined]);
  });

  it('is explained as a fragment for each of them, and what they have behind the union in each', () => {
    const explanation = explain(given);
    expect(explanation.fragments.map(({ id, nodes }) => [id, nodes.map((node) => node.id)])).toEqual([
      ['turnover from sales', ['source', 'union']],
      ['turnover from refunds', ['source2', 'filter', 'map', 'union']],
      ['turnover behind by-shop', ['keyBy', 'window', 'resultTable']],
    ]);
    expect(drawExplanation(explanation)).toMatch(
      /^turnover: 3 fragments: 2 sources, and what is behind their exchange\n\nturnover from sales:\n/,
    );
    const mermaid = mermaidOf(explanation);
    expect(mermaid.match(/^ {2}union\[/gm)).toHaveLength(1);
    expect(mermaid).toMatch(/source --> union\n {2}map --> union/);
  });
});
