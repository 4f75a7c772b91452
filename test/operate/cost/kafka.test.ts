import { describe, expect, it } from '@jest/globals';
import { againstFlink, crossover } from '../../../operate/cost/crossover.ts';
import { estimate, type Estimate } from '../../../operate/cost/estimate.ts';
import { inputOf } from '../../../operate/cost/input-of.ts';
import { brokers } from '../../../operate/cost/kafka-lines.ts';
import { costJson, costText } from '../../../operate/cost/report.ts';
import { KAFKA_KINDS, trafficOf, type CostInput, type KafkaKind } from '../../../operate/cost/traffic.ts';
import { topologyOf } from '../../engine/support/readings.ts';
import { costInput } from '../support/cost-input.ts';
import { topicTopology } from '../support/topic-answers.ts';

const ofTopic = (kafka: KafkaKind, changes: Partial<CostInput> = {}) => estimate(costInput({ kafka, ...changes }));
const usdOf = ({ lines }: Estimate, service: string) =>
  lines.filter((line) => line.service === service).map(({ what, usd }) => [what, Number(usd.toFixed(2))]);

describe('a topic', () => {
  it.each([
    // events/s, bytes, pollers, partitions: 5 MB/s a poller, 3 partitions at least
    [0.1, 200, 1, 3],
    [25_000, 200, 1, 3],
    [25_001, 200, 2, 3],
    [100_000, 200, 4, 4],
  ])(
    'of %d events/s of %d bytes has %d pollers and %d partitions',
    (eventsPerSecond, eventBytes, readers, partitions) => {
      expect(trafficOf(costInput({ kafka: 'serverless', eventsPerSecond, eventBytes }))).toMatchObject({
        readers,
        partitions,
      });
    },
  );

  it('takes more pollers when one invocation at a time is too slow', () => {
    expect(trafficOf(costInput({ kafka: 'serverless', batchSize: 1 }))).toMatchObject({ readers: 16, partitions: 16 });
  });

  it('has batches of several partitions, and a commit for each of them', () => {
    const { recordsPerInvocation, recordsPerBatch, invocationsPerMonth, batchesPerMonth } = trafficOf(
      costInput({ kafka: 'serverless' }),
    );
    expect([recordsPerInvocation, recordsPerBatch].map(Math.round)).toEqual([1_000, 333]);
    expect(batchesPerMonth / invocationsPerMonth).toBeCloseTo(3, 9);
    expect(trafficOf(costInput({ kafka: 'serverless', eventsPerSecond: 0.001 })).recordsPerBatch).toBeCloseTo(1, 2);
  });

  it('has as many results as a stream, one metric more and one alarm less', () => {
    const [stream, topic] = [estimate(costInput()), ofTopic('serverless')];
    expect(topic.traffic.resultsPerMonth).toBeCloseTo(stream.traffic.resultsPerMonth, 6);
    const metrics = ({ lines }: Estimate) => lines.find(({ what }) => what === 'metrics, alarms, dashboard')?.usd ?? 0;
    expect(metrics(topic) - metrics(stream)).toBeCloseTo(0.2, 9);
  });
});

describe('a month of a cluster with 200 KB a second', () => {
  it.each<[KafkaKind, unknown]>([
    // by hand; 489.51 GB put, 16.09 GB kept
    [
      'serverless',
      [
        ['cluster', 547.5],
        ['partitions', 3.29],
        ['records put', 48.95],
        ['records read, once', 24.48],
        ['records kept', 1.61],
      ],
    ],
    [
      'provisioned',
      [
        ['brokers, kafka.m7g.large', 446.76],
        ['disks', 30],
        ['metrics of brokers', 42.3],
      ],
    ],
    [
      'express',
      [
        ['brokers, express.m7g.large', 893.52],
        ['records put', 4.9],
        ['records kept', 1.61],
        ['metrics of brokers', 30.6],
      ],
    ],
    ['self-managed', []],
  ])('%s', (kafka, lines) => {
    expect(usdOf(ofTopic(kafka), 'MSK')).toEqual(lines);
  });

  it('has endpoints in its network: of Lambda and STS, of Firehose for the lake', () => {
    expect(usdOf(ofTopic('serverless'), 'VPC')[0]).toEqual(['endpoints', 65.7]);
    expect(usdOf(ofTopic('serverless', { lake: false }), 'VPC')[0]).toEqual(['endpoints', 43.8]);
    expect(usdOf(ofTopic('self-managed'), 'VPC')).toEqual([]);
  });

  it('costs more with pollers of its own, less the endpoints that Lambda’s need', () => {
    // a unit of pollers 135.05; endpoints 43.80, and 667 bytes of payload a record at 0.01 a GB
    expect(ofTopic('serverless').ownPollersUsd).toBeCloseTo(135.05 - 43.8 - 16.3252, 3);
    expect(ofTopic('self-managed').ownPollersUsd).toBeCloseTo(135.05, 6);
    expect(estimate(costInput()).ownPollersUsd).toBeUndefined();
  });
});

it('grows by brokers in all three zones, and by disks', () => {
  expect(
    [1, 149_999, 150_001, 600_000].map((eventsPerSecond) => brokers(costInput({ eventsPerSecond }), 10_000_000)),
  ).toEqual([3, 3, 6, 12]);
  const disks = ofTopic('provisioned', { eventsPerSecond: 10_000 }).lines.find(({ what }) => what === 'disks');
  expect(disks?.quantity).toBeCloseTo((3 * 10_000 * 200 * 86_400) / 2 ** 30, 6);
});

describe('Managed Flink', () => {
  it('reads the same cluster: endpoints and pollers are not shared', () => {
    for (const kafka of KAFKA_KINDS) {
      const { flink, lines } = ofTopic(kafka);
      expect(flink.sharedUsd).toBeCloseTo(
        lines
          .filter(({ service, what }) => service === 'MSK' || /^(results|lake)/.test(what))
          .reduce((sum, { usd }) => sum + usd, 0),
        9,
      );
    }
  });

  it('is cheaper from some load on', () => {
    const input = costInput({ kafka: 'express', keys: 100_000 });
    const { always } = crossover(input);
    if (always === null) throw new Error('no crossover');
    const { totalUsd, flink } = estimate({ ...input, eventsPerSecond: always * 2 });
    expect(flink.totalUsd).toBeLessThan(totalUsd);
  });
});

describe('what tidemark cost says of a topic', () => {
  const reportOf = (changes: Partial<CostInput> = {}) => {
    const input = costInput({ kafka: 'serverless', ...changes });
    return { pipeline: 'flights-kafka', input, estimate: estimate(input), against: againstFlink(input) };
  };

  it('is partitions, pollers, the other way to poll, and every assumption', () => {
    const text = costText(reportOf());
    expect(text).toContain('needs 3 partitions, 1 poller and as much concurrency');
    expect(text).toMatch(/pollers of its own instead of Lambda's: \$74\.9\d\* more/);
    expect(text).toMatch(/Managed Flink at 10,000 events\/s a KPU: 2 KPUs \$165\.60\* \+ cluster and results/);
    expect(
      text
        .slice(text.indexOf('\nassumed:'))
        .split('\n  ')
        .map((line) => line.split(':')[0]),
    ).toEqual([
      '\nassumed',
      'prices',
      'load',
      'topic',
      'pollers',
      'cluster',
      'batches',
      'function',
      'log',
      'results',
      'lake',
      'CloudWatch',
      'Managed Flink',
    ]);
    expect(text).not.toMatch(/NaN|Infinity|undefined|shard|stream/);
    expect(JSON.parse(costJson(reportOf()))).toMatchObject({
      input: { kafka: 'serverless' },
      traffic: { partitions: 3, readers: 1 },
      ownPollersUsd: expect.closeTo(74.925, 2),
    });
  });

  it.each<[string, Partial<CostInput>, RegExp]>([
    [
      'a key that is more than a partition takes',
      { eventsPerSecond: 100_000, keys: 2 },
      /WARNING: each key gets 50,000 events\/s: more than a partition takes/,
    ],
    ['fewer keys than partitions', { keys: 2 }, /WARNING: 2 keys cannot fill 3 partitions evenly/],
  ])('warns of %s', (_title, changes, warning) => {
    expect(costText(reportOf(changes))).toMatch(warning);
  });
});

it('goes by a serverless cluster unless another is named, which a stream has none of', () => {
  const load = { eventsPerSecond: 1, keys: 1, eventBytes: 1 };
  expect(inputOf([topicTopology()], load).kafka).toBe('serverless');
  expect(inputOf([topicTopology()], { ...load, kafka: 'express' }).kafka).toBe('express');
  expect(() => inputOf([topologyOf()], { ...load, kafka: 'express' })).toThrow(
    'kafka must be left out for a pipeline that reads a stream, got "express"',
  );
});
