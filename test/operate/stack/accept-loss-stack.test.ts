import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { toLogItem } from '../../../adapters/dynamodb/log-item.ts';
import type { Topology } from '../../../engine/topology.ts';
import { acceptLossInStack } from '../../../operate/accept-loss/accept-loss-stack.ts';
import { lossRangeOf } from '../../../operate/accept-loss/loss-range.ts';
import { lossText } from '../../../operate/accept-loss/report.ts';
import { stackClients } from '../../../operate/stack/clients.ts';
import { reading, topologyOf } from '../../engine/support/readings.ts';
import { World } from '../../engine/support/world.ts';
import { startFakeAws, type Answer, type FakeAws } from '../support/fake-aws.ts';
import { stackAnswers } from '../support/stack-answers.ts';
import { stackFacts } from '../support/stack-facts.ts';
import { topicAnswers, topicTopology } from '../support/topic-answers.ts';

const STACK = stackFacts().stack;

/** The log table with one version, which has counted up to offset 5, as DynamoDB answers it. */
async function logAt5(topology: Topology): Promise<Answer> {
  const world = new World({ topology });
  await world.instance().process(reading(5, 'a', 0));
  const item = JSON.stringify(toLogItem('log', 1, await world.head()), (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return { body: { Responses: { 'log-1': [JSON.parse(item)] } } };
}

const records = (...offsets: readonly number[]) => ({
  body: {
    Records: offsets.map((offset) => ({
      SequenceNumber: String(offset),
      ApproximateArrivalTimestamp: offset,
      PartitionKey: 'a',
      Data: '',
    })),
    MillisBehindLatest: 0,
  },
});

describe('accept-loss of a deployed pipeline', () => {
  const opened: FakeAws[] = [];
  beforeAll(() => {
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_MAX_ATTEMPTS: '1',
    });
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  async function accept(topology: Topology, answers: Record<string, Answer>, partition: string, isDryRun = false) {
    const aws = await startFakeAws({ ...answers, BatchGetItem: await logAt5(topology), PutItem: { body: {} } });
    opened.push(aws);
    process.env['AWS_ENDPOINT_URL'] = aws.endpoint;
    const report = await acceptLossInStack(stackClients(), topology, STACK, lossRangeOf(partition, '6', '9'), isDryRun);
    return {
      report,
      puts: aws.calls.filter((call) => call.startsWith('PutItem')),
      asked: aws.calls.filter((call) => call.startsWith('GetRecords')),
    };
  }

  it('asks its stream and writes one item of its log table', async () => {
    const { report, puts } = await accept(
      topologyOf(),
      stackAnswers({ GetRecords: records(6, 7, 9) }),
      'shardId-000000000001',
    );
    expect(report).toMatchObject({
      outcome: 'accepted',
      reached: 5n,
      version: 2,
      lossesAccepted: 1,
      lost: { records: 2, isAll: true, oldestMs: 6_000, newestMs: 7_000 },
    });
    expect(puts).toEqual(['PutItem log-1']);
  });

  it('writes nothing in a dry run', async () => {
    const { report, puts } = await accept(
      topologyOf(),
      stackAnswers({ GetRecords: records(6, 7, 9) }),
      'shardId-000000000001',
      true,
    );
    expect(report).toMatchObject({ outcome: 'not written', lost: { records: 2 } });
    expect(puts).toEqual([]);
  });

  it('writes nothing where the stream begins the hole elsewhere', async () => {
    const refused = accept(topologyOf(), stackAnswers({ GetRecords: records(7, 9) }), 'shardId-000000000001');
    await expect(refused).rejects.toMatchObject({ code: 'LOSS_OUTDATED' });
    expect(opened[0]?.calls.filter((call) => call.startsWith('PutItem'))).toEqual([]);
  });

  it('asks no broker of a topic, holds the range against the log, and says so', async () => {
    const topology = topicTopology();
    const { report, puts, asked } = await accept(topology, topicAnswers(), '0');
    expect(report).toMatchObject({ outcome: 'accepted', lost: undefined });
    expect([puts, asked]).toEqual([['PutItem log-1'], []]);
    expect(lossText(topology, report)).toContain('the brokers were not asked');
  });
});
