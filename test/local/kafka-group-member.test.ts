import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Consumer } from '@platformatic/kafka';
import { GroupMember } from '../../local/kafka/group-member.ts';

/** What the group has committed, by partition; nothing of partitions 0 and 2. */
const COMMITTED = new Map([
  [1, 50n],
  [3, 10n],
  [4, 0n],
]);

/** Answers as the client does: an array that has each offset at the number of its partition. */
function answerCommitted(): void {
  jest.spyOn(Consumer.prototype, 'listCommittedOffsets').mockImplementation(
    (async ({ topics }) =>
      new Map(
        topics.map(({ topic, partitions }) => {
          const answer = new Array<bigint>(partitions.length);
          for (const partition of partitions) answer[partition] = COMMITTED.get(partition) ?? -1n;
          return [topic, answer];
        }),
      )) as Consumer['listCommittedOffsets'],
  );
}

describe('a member of a consumer group', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['partitions that are not the first ones', [1, 3], { 1: 50n, 3: 10n }],
    ['a single partition', [3], { 3: 10n }],
    ['partitions in descending order', [3, 2, 1], { 1: 50n, 3: 10n }],
    ['all partitions', [0, 1, 2, 3, 4], { 1: 50n, 3: 10n, 4: 0n }],
    ['a partition without a committed offset', [2], {}],
  ])('finds the committed offset of each partition when asked for %s', async (_, partitions, expected) => {
    answerCommitted();
    const member = new GroupMember({ brokers: ['127.0.0.1:1'] }, 'g', 't', () => undefined);
    expect(Object.fromEntries(await member.committed(partitions))).toEqual(expected);
    await member.leave();
  });

  it('has no committed offset of a topic that is missing in the answer', async () => {
    jest
      .spyOn(Consumer.prototype, 'listCommittedOffsets')
      .mockImplementation((async () => new Map()) as Consumer['listCommittedOffsets']);
    const member = new GroupMember({ brokers: ['127.0.0.1:1'] }, 'g', 't', () => undefined);
    expect(await member.committed([0])).toEqual(new Map());
    await member.leave();
  });
});
