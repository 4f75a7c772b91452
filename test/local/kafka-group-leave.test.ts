import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { KafkaEventSource } from '../../local/kafka/event-source.ts';
import { GroupMember } from '../../local/kafka/group-member.ts';
import { startGroupCoordinator, type GroupAnswer, type GroupCoordinator } from '../support/group-coordinator.ts';

/** Error codes of Kafka's protocol. */
const CODE = Object.freeze({ coordinatorNotAvailable: 15, unknownMember: 25, rebalanceInProgress: 27 });

const refused = (usual: Buffer, code: number): Buffer =>
  Buffer.concat([Buffer.from([code >> 8, code & 255]), usual.subarray(2)]);

/** What comes of the request under way while a member leaves. */
const OUTCOMES: Readonly<Record<string, (usual: Buffer) => GroupAnswer>> = {
  'is answered afterwards': (usual) => usual,
  'is never answered': () => 'silence',
  'is cut off': () => 'cut',
  'is refused, as by a coordinator that moves': (usual) => refused(usual, CODE.coordinatorNotAvailable),
  'is refused, as to an unknown member': (usual) => refused(usual, CODE.unknownMember),
};
const REQUESTS = ['findCoordinator', 'metadata', 'joinGroup', 'syncGroup', 'heartbeat', 'leaveGroup'] as const;

describe('a member that leaves its group', () => {
  let coordinator: GroupCoordinator;
  let timersBefore = 0;
  beforeEach(async () => {
    coordinator = await startGroupCoordinator();
    timersBefore = timers();
  });
  afterEach(() => coordinator.close());

  const memberOf = (failures: unknown[] = []): GroupMember =>
    new GroupMember({ brokers: [coordinator.address] }, 'g', 't', (error) => failures.push(error));

  /** Holds back the answer to a request until `release`. */
  function hold(name: (typeof REQUESTS)[number], nth: number, outcome: (usual: Buffer) => GroupAnswer): () => void {
    let release = (): void => undefined;
    const released = new Promise<void>((done) => (release = done));
    let met = 0;
    coordinator.intercept = (asked, usual) => {
      if (asked !== name || ++met < nth) return undefined;
      return released.then(() => outcome(usual));
    };
    return release;
  }

  describe.each(REQUESTS)('while its %s request', (name) => {
    it.each(Object.entries(OUTCOMES))('%s: keeps no timer', async (_, outcome) => {
      const release = hold(name, 1, outcome);
      const member = memberOf();
      const joining = member.join().catch(() => undefined); // whether it joins is not asked
      await (name === 'leaveGroup' ? joining : coordinator.until(name));
      const left = member.leave();
      setTimeout(release, 50);
      await left;
      await untilNoTimer(timersBefore);
    });
  });

  it.each(['joinGroup', 'syncGroup'] as const)('keeps no timer when a rebalance was at %s', async (name) => {
    const release = hold(name, 2, (usual) => usual);
    const held = coordinator.intercept;
    coordinator.intercept = (asked, usual) =>
      asked === 'heartbeat' ? refused(usual, CODE.rebalanceInProgress) : held(asked, usual);
    const member = memberOf();
    await member.join();
    while (coordinator.requests.filter((asked) => asked === name).length < 2) await wait(10);
    const left = member.leave();
    setTimeout(release, 50);
    await left;
    await untilNoTimer(timersBefore);
  });

  it('keeps no timer and reports nothing when its broker is gone', async () => {
    const failures: unknown[] = [];
    const member = memberOf(failures);
    await member.join();
    await coordinator.until('heartbeat');
    await coordinator.close();
    await member.leave();
    await untilNoTimer(timersBefore);
    expect(failures).toEqual([]);
  });

  it('says goodbye, once', async () => {
    const member = memberOf();
    await member.join();
    await Promise.all([member.leave(), member.leave()]);
    expect(coordinator.requests.filter((name) => name === 'leaveGroup')).toHaveLength(1);
  });

  it('is not waited for when a source is stopped while the brokers never answer', async () => {
    hold('syncGroup', 1, () => 'silence');
    const source = new KafkaEventSource({
      connection: { brokers: [coordinator.address] },
      groupId: 'g',
      topic: 't',
      partitions: 1,
      limits: { batchSize: 1, maxBatchingWindowMs: 0, maxPayloadBytes: 1_000_000 },
      invoke: async () => undefined,
      failed: () => undefined,
    });
    const running = source.run();
    await coordinator.until('syncGroup');
    await source.stop(100);
    await running;
    await untilNoTimer(timersBefore);
  });
});

/** Timers of this process that keep it alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

/** Those of requests under way end with their connections, at once; a heartbeat begins another one for ever. */
async function untilNoTimer(before: number): Promise<void> {
  for (const giveUpMs = Date.now() + 2_000; timers() > before && Date.now() < giveUpMs;)
    await wait(10, undefined, { ref: false });
  expect(timers()).toBeLessThanOrEqual(before);
}
