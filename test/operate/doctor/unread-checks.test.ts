import { describe, expect, it } from '@jest/globals';
import { unreadChecks, type BrokerFacts, type UnreadPartition } from '../../../operate/doctor/unread-checks.ts';
import { notOk } from '../support/findings.ts';

const DAY_MS = 86_400_000;
/** Read to its end. */
const READ: UnreadPartition = { partition: '0', start: 0n, end: 10n, counted: 10n, committed: 10n, oldest: undefined };
const HEALTHY: BrokerFacts = {
  name: 'departures',
  partitions: 2,
  partitionsOnRecord: 2,
  cleanupPolicy: 'delete',
  retentionMs: 10 * DAY_MS,
  unread: [READ, { ...READ, partition: '1', committed: undefined, counted: 0n, end: 0n }],
};

const with0 = (changes: Partial<UnreadPartition>): BrokerFacts => ({ ...HEALTHY, unread: [{ ...READ, ...changes }] });

describe('the checks of a topic against what is counted of it', () => {
  it('find nothing wrong with one that is read', () => {
    expect(notOk(unreadChecks(HEALTHY))).toEqual({});
    expect(unreadChecks(HEALTHY).map(({ id }) => id)).toEqual([
      'topic-partitions',
      'topic-cleanup',
      'topic-offsets',
      'topic-lost',
      'topic-retention',
      'group',
    ]);
  });

  it.each<[string, BrokerFacts, ReturnType<typeof notOk>]>([
    ['a topic that nobody has read', { ...HEALTHY, partitionsOnRecord: undefined }, {}],
    ['a topic that has grown', { ...HEALTHY, partitions: 3 }, { 'topic-partitions': 'problem' }],
    ['a compacted topic', { ...HEALTHY, cleanupPolicy: 'compact' }, { 'topic-cleanup': 'warning' }],
    [
      'a topic that is compacted and deleted',
      { ...HEALTHY, cleanupPolicy: 'compact,delete' },
      { 'topic-cleanup': 'warning' },
    ],
    ['offsets that ran backwards', with0({ end: 9n }), { 'topic-offsets': 'problem' }],
    [
      'records that went before they were counted',
      with0({ start: 7n, counted: 5n, committed: 5n, oldest: { offset: 7n, ageMs: 0 } }),
      { 'topic-lost': 'problem' },
    ],
    ['markers of transactions that went', with0({ start: 12n, end: 12n, committed: 12n }), {}],
    [
      'unread records that are young',
      with0({ counted: 5n, committed: 5n, oldest: { offset: 5n, ageMs: 0.9 * DAY_MS } }),
      {},
    ],
    [
      'unread records of a tenth of the retention',
      with0({ counted: 5n, committed: 5n, oldest: { offset: 5n, ageMs: DAY_MS } }),
      { 'topic-retention': 'warning' },
    ],
    [
      'unread records of half the retention',
      with0({ counted: 5n, committed: 5n, oldest: { offset: 5n, ageMs: 5 * DAY_MS } }),
      { 'topic-retention': 'problem' },
    ],
    [
      'unread records in a topic that keeps them for ever',
      {
        ...with0({ counted: 5n, committed: 5n, oldest: { offset: 5n, ageMs: 1_000 * DAY_MS } }),
        retentionMs: Number.POSITIVE_INFINITY,
      },
      {},
    ],
    ['a group behind what is counted', with0({ committed: 3n }), {}],
    [
      'a group that skips records',
      with0({ counted: 5n, committed: 8n, oldest: { offset: 5n, ageMs: 0 } }),
      { group: 'problem' },
    ],
    ['a group that skips markers only', with0({ counted: 5n, committed: 8n, oldest: { offset: 8n, ageMs: 0 } }), {}],
  ])('judge %s', (_title, facts, expected) => {
    expect(notOk(unreadChecks(facts))).toEqual(expected);
  });

  it('name what is at fault, and say what to do about it', () => {
    const findings = unreadChecks({
      ...with0({ counted: 5n, committed: 8n, oldest: { offset: 5n, ageMs: 0 } }),
      partitions: 3,
    });
    expect(findings.find(({ id }) => id === 'topic-partitions')?.found).toBe(
      'departures, 3 partitions, 2 when it was first read',
    );
    expect(findings.find(({ id }) => id === 'group')?.found).toBe('0 goes on at 8, counted up to 5');
    for (const { verdict, whatToDo } of findings) expect(whatToDo === '').toBe(verdict === 'ok');
  });
});
