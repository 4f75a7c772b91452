import { beforeEach, describe, expect, it } from '@jest/globals';
import { TidemarkError } from '../../engine/errors.ts';
import type { ReceiveReport } from '../../engine/exchange/receive.ts';
import type { Topology } from '../../engine/topology.ts';
import { answerBells, type AnswerOptions, type BellRecord } from '../../lambdas/answer-bells.ts';
import { ExchangeWorld, HIGH, keyedAnew, LOW, type Instance } from '../engine/exchange/exchange-world.ts';

let world: ExchangeWorld;
let instance: Instance;
let reports: ReceiveReport[];
let failures: string[];

beforeEach(async () => {
  world = new ExchangeWorld(keyedAnew());
  world.open('a');
  instance = world.instance();
  reports = [];
  failures = [];
  await world.take(instance, 'a', world.put('a', [LOW, 1], [HIGH, 2], [LOW, 30], [HIGH, 30]));
  world.rungAt.length = 0;
});

const bell = (messageId: string, receiver: unknown, exchange = 'by-value'): BellRecord => ({
  messageId,
  body: JSON.stringify({ exchange, receiver }),
});
const answer = (bells: readonly BellRecord[], options: Partial<AnswerOptions> = {}) =>
  answerBells(instance.receiver, bells, {
    withinMs: Number.POSITIVE_INFINITY,
    reported: (report) => void reports.push(report),
    failed: (texts) => void failures.push(...texts),
    ...options,
  });
const answeredAgain = async (bells: readonly BellRecord[]): Promise<string[]> =>
  (await answer(bells)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

/** From now on its log cannot be written. */
function breakReceiver(receiver: number): void {
  const { logs } = world.world;
  const put = logs.put.bind(logs);
  logs.put = async (logId, ...rest) => {
    if (logId === world.receiverLog(receiver)) throw new TidemarkError('unavailable', 'LOG_UNAVAILABLE', 'it is down');
    return put(logId, ...rest);
  };
}

describe('rings', () => {
  it('have each receiver work that was rung, and tell what it came to', async () => {
    expect(await answeredAgain([bell('m1', 0), bell('m2', 1)])).toEqual([]);
    expect(reports.map(({ partition, recordsIn }) => [partition, recordsIn])).toEqual([
      ['r0', 2],
      ['r1', 2],
    ]);
    expect(world.counts).toEqual({ [`${LOW}@0`]: 1, [`${HIGH}@0`]: 1 });
  });

  it('of one receiver are one call, however many wait', async () => {
    expect(await answeredAgain([bell('m1', 0), bell('m2', 0), bell('m3', 0)])).toEqual([]);
    expect(reports.map(({ partition }) => partition)).toEqual(['r0']);
  });

  it('for a receiver that fails come again, and the other one goes on', async () => {
    breakReceiver(1);
    expect((await answeredAgain([bell('m1', 1), bell('m2', 0), bell('m3', 1)])).sort()).toEqual(['m1', 'm3']);
    expect(reports.map(({ partition }) => partition)).toEqual(['r0']);
    expect(failures).toEqual([expect.stringMatching(/^receiver 1: commit 1 of .*r1 must be answered/)]);
  });

  it('under an old number fail the function too when none of its receivers got on', async () => {
    const [, receiving] = keyedAnew({ receivers: [5, 3] }).fragments as [Topology, Topology];
    world.world.logs.read = () => Promise.reject(new TidemarkError('unavailable', 'LOG_UNAVAILABLE', 'it is down'));
    const options = {
      withinMs: 1_000,
      reported: () => {},
      failed: (texts: readonly string[]) => failures.push(...texts),
    };
    const answering = answerBells({ ...instance.receiver, topology: receiving }, [bell('m1', 3)], options);
    await expect(answering).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    expect(failures).toEqual(['receiver 1: it is down', 'receiver 2: it is down']);
  });

  it('fail the function when no receiver got on', async () => {
    breakReceiver(1);
    await expect(answer([bell('m1', 1), bell('m2', 1)])).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    expect(failures).toHaveLength(1);
  });

  it('of another exchange or receiver, and what is no ring, come again and say why', async () => {
    const strange = [bell('m1', 0, 'by-carrier'), bell('m2', 2), bell('m3', '0'), { messageId: 'm4', body: 'hello' }];
    expect(await answeredAgain([...strange, bell('m5', 0)])).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(failures).toEqual([
      expect.stringMatching(/^ring m1: exchange of a ring must be by-value, got "by-carrier"; wait until /),
      expect.stringMatching(/^ring m2: receiver of by-value must be a whole number below 2, got 2; /),
      expect.stringMatching(/^ring m3: receiver of by-value must be a whole number below 2, got "0"; /),
      expect.stringMatching(/^ring m4: ring must be \{"exchange": "…", "receiver": 0\}, got 5 characters /),
    ]);
    expect(reports.map(({ partition }) => partition)).toEqual(['r0']);
  });
});

describe('a receiver that was called', () => {
  it('rings for itself when it has more to read than time', async () => {
    expect((await answer([bell('m1', 0)], { withinMs: 0 })).batchItemFailures).toEqual([]);
    expect(reports).toMatchObject([{ partition: 'r0', isDrained: false, recordsIn: 0 }]);
    expect(world.rung).toEqual([0]);
  });

  it('is called again by its own rings when it has more to read than time, and no doorbell', async () => {
    instance = { ...instance, receiver: { ...instance.receiver, doorbell: undefined } };
    const { batchItemFailures } = await answer([bell('m1', 0), bell('m2', 0)], { withinMs: 0 });
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m1', 'm2']);
    expect(failures).toEqual([]);
  });

  it('rings for nobody when it has read all there is', async () => {
    await answer([bell('m1', 0)]);
    expect(reports).toMatchObject([{ partition: 'r0', isDrained: true }]);
    expect(world.rung).toEqual([]);
  });
});
