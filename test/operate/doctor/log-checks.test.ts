import { describe, expect, it } from '@jest/globals';
import { localBacklog } from '../../../operate/doctor/backlog-check.ts';
import { logChecks, type Beside, type InspectedPartition } from '../../../operate/doctor/log-checks.ts';
import { inspectedPartitions } from '../../../operate/doctor/inspected-partitions.ts';
import { faultyReport, type PartitionReport } from '../../../operate/inspect/partition-report.ts';
import { reading } from '../../engine/support/readings.ts';
import { notOk } from '../support/findings.ts';
import { FIRST_SHARD, newWorld, placeOf } from '../support/world-place.ts';

const SLOTS = 64;
const NOW_MS = 1_700_000_000_000;
const AT_REST: Beside = { nowMs: NOW_MS, isFailing: false };
const HEALTHY: PartitionReport = {
  ...faultyReport('shardId-000000000000', { code: '', text: '' }),
  status: 'open',
  version: 40,
  reached: '7',
  recordsIn: 10,
  counted: 9,
  late: 1,
  snapshotVersion: 20,
  snapshotAge: 20,
  undelivered: 1,
  verified: true,
  fault: null,
};

const checked = (changes: Partial<PartitionReport>, remaining: InspectedPartition['remaining'] = 'none yet') =>
  logChecks([{ report: { ...HEALTHY, ...changes }, remaining }], SLOTS, 'shard', AT_REST);

describe('the checks of logs', () => {
  it('find nothing wrong with a healthy log', () => {
    expect(notOk(checked({}))).toEqual({});
    expect(checked({}).map(({ id }) => id)).toEqual([
      'log-chain',
      'state-schema',
      'shards-with-log',
      'snapshot-age',
      'undelivered',
      'delivery',
      'counts',
      'expired-unread',
      'dead-letters',
      'event-times',
    ]);
  });

  it.each<[string, Partial<PartitionReport>, ReturnType<typeof notOk>]>([
    [
      'a broken chain',
      { status: 'faulty', verified: false, fault: { code: 'LOG_DAMAGED', text: 'no version 3' } },
      { 'log-chain': 'problem' },
    ],
    [
      'a deleted log',
      { status: 'faulty', verified: false, fault: { code: 'LOG_DELETED', text: 'none' } },
      { 'log-chain': 'problem' },
    ],
    [
      'state of another definition',
      { status: 'faulty', verified: false, fault: { code: 'STATE_SCHEMA_CHANGED', text: '+a' } },
      { 'state-schema': 'problem' },
    ],
    [
      'state of another release',
      { status: 'faulty', verified: false, fault: { code: 'CODEC_UNKNOWN', text: '2' } },
      { 'state-schema': 'problem' },
    ],
    ['a snapshot of half a ring', { snapshotAge: 32 }, {}],
    ['a snapshot older than half a ring', { snapshotAge: 33 }, { 'snapshot-age': 'warning' }],
    ['a snapshot that nearly fills the ring', { snapshotAge: 49 }, { 'snapshot-age': 'problem' }],
    ['two outboxes that wait', { undelivered: 2 }, { undelivered: 'warning' }],
    ['outboxes that fill half the ring', { undelivered: 33 }, { undelivered: 'problem' }],
    ['counts that do not add up', { counted: 8 }, { counts: 'problem' }],
    ['event times that look like seconds', { watermarkMs: 1_700_000_000 }, { 'event-times': 'warning' }],
    ['event times of the first week of 1970', { watermarkMs: 500_000_000 }, {}],
    ['event times of now', { watermarkMs: 1_700_000_000_000 }, {}],
    [
      'records that may have expired unread',
      { possibleLoss: { fromMs: NOW_MS - 2, toMs: NOW_MS - 1 } },
      { 'expired-unread': 'warning' },
    ],
    ['records that may have expired unread long ago', { possibleLoss: { fromMs: 1, toMs: 2 } }, {}],
    ['dead letters', { deadLetters: 1, counted: 8 }, { 'dead-letters': 'warning' }],
  ])('judge %s', (_title, changes, expected) => {
    expect(notOk(checked(changes))).toEqual(expected);
  });

  it.each([
    ['records', { 'shards-with-log': 'warning' }],
    ['none yet', {}],
    ['ended', {}],
  ] as const)('judge a shard without a log by what it has: %s', (remaining, expected) => {
    expect(
      notOk(
        checked(
          {
            status: 'empty',
            version: 0,
            reached: null,
            recordsIn: 0,
            counted: 0,
            late: 0,
            snapshotAge: 0,
            undelivered: 0,
          },
          remaining,
        ),
      ),
    ).toEqual(expected);
  });

  it('name each shard at fault, and are as bad as the worst', () => {
    const shards = [20, 33, 60].map((snapshotAge, i): InspectedPartition => ({
      report: { ...HEALTHY, partition: `shard-${i}`, snapshotAge },
      remaining: 'none yet',
    }));
    const finding = logChecks(shards, SLOTS, 'shard', AT_REST).find(({ id }) => id === 'snapshot-age');
    expect(finding).toMatchObject({ verdict: 'problem', found: 'shard-1: 33 versions ago; shard-2: 60 versions ago' });
  });

  it('speak of partitions where the source is a topic', () => {
    const findings = logChecks(
      [{ report: { ...HEALTHY, partition: '3', status: 'empty' }, remaining: 'records' }],
      SLOTS,
      'partition',
      AT_REST,
    );
    expect(findings.find(({ id }) => id === 'partitions-with-log')).toMatchObject({
      verdict: 'warning',
      lookedAt: 'every partition that has records has a log',
      found: '3 has records and no log',
    });
    expect(findings.find(({ id }) => id === 'log-chain')?.found).toBe('1 partition');
  });

  describe('of deliveries', () => {
    const waiting = (minutes: number, changes: Partial<PartitionReport> = {}): Partial<PartitionReport> => {
      const sinceMs = NOW_MS - minutes * 60_000;
      return {
        undelivered: 1,
        undeliveredRows: 3,
        undeliveredSinceMs: sinceMs,
        undeliveredSince: new Date(sinceMs).toISOString(),
        lookedFor: 3,
        ...changes,
      };
    };
    const found = (report: Partial<PartitionReport>, beside: Partial<Beside> = {}) => {
      const findings = logChecks([{ report: { ...HEALTHY, ...report }, remaining: 'none yet' }], SLOTS, 'shard', {
        ...AT_REST,
        ...beside,
      });
      return findings.find(({ id }) => id === 'delivery');
    };

    it('see rows that the result table does not have after some minutes', () => {
      expect(found(waiting(120, { missing: 2 }))).toMatchObject({
        verdict: 'problem',
        found:
          'shardId-000000000000: 3 rows since 2023-11-14T20:13:20.000Z (2h), the result table has 1 of 3 looked for',
        whatToDo: expect.stringMatching(/SINK_UNAVAILABLE or SINK_REFUSED in the log of the function/),
      });
    });

    it('say what was looked for, and found or not yet', () => {
      expect(found(waiting(600))?.found).toBe('3 results looked for, all found');
      expect(found(waiting(4, { missing: 2 }))?.found).toBe('3 results looked for, 2 on their way');
      expect(found({ undelivered: 0 })?.found).toBe('nothing speaks against it');
    });

    it.each<[string, Partial<PartitionReport>, Partial<Beside>, string]>([
      ['rows that are on their way', waiting(4, { missing: 3 }), {}, 'ok'],
      ['rows that wait for exactly five minutes', waiting(5, { missing: 3 }), {}, 'problem'],
      ['rows that the result table has', waiting(600), {}, 'ok'],
      ['rows that cannot be looked for', waiting(600, { lookedFor: 0 }), {}, 'ok'],
      [
        'rows that cannot be looked for, of a function that fails',
        waiting(600, { lookedFor: 0 }),
        { isFailing: true },
        'warning',
      ],
      [
        'rows that the result table has, of a function that fails: they may wait for another sink',
        waiting(600),
        { isFailing: true },
        'warning',
      ],
      ['nothing, of a function that fails', { undelivered: 0 }, { isFailing: true }, 'ok'],
      ['an outbox of a release that kept no time', { undelivered: 1, missing: 1, lookedFor: 1 }, {}, 'warning'],
    ])('judge %s', (_title, report, beside, verdict) => {
      expect(found(report, beside)?.verdict).toBe(verdict);
    });
  });

  it('say what to do about everything that is not ok, and nothing else', () => {
    const findings = checked({ snapshotAge: 60, undelivered: 5, counted: 1, deadLetters: 3 });
    for (const { verdict, whatToDo } of findings) expect(whatToDo === '').toBe(verdict === 'ok');
  });
});

describe('the state of shards', () => {
  it('asks what is left behind each log, and not for those at fault', async () => {
    const world = newWorld();
    await world.instance().process(reading(1, 'a', 5));
    const asked: Array<[string, bigint]> = [];
    const catalog = {
      remaining: async ({ partition }: { readonly partition: string }, after: bigint) => {
        asked.push([partition, after]);
        return 'records' as const;
      },
    };
    expect((await inspectedPartitions(placeOf(world), () => catalog)).map(({ remaining }) => remaining)).toEqual([
      'records',
      'records',
    ]);
    expect(asked).toEqual([
      [FIRST_SHARD, 1n],
      ['shardId-000000000001', -1n],
    ]);
    world.logs.onRead = (entries) => entries.map((entry) => ({ ...entry, version: 2 }));
    expect((await inspectedPartitions(placeOf(world), () => catalog)).map(({ remaining }) => remaining)).toEqual([
      undefined,
      'records',
    ]);
  });
});

describe('a local backlog', () => {
  it.each([
    [false, 'records', 'warning'],
    [true, 'records', 'ok'],
    [false, 'none yet', 'ok'],
  ] as const)('while running %s and with %s left is %s', (running, remaining, verdict) => {
    expect(localBacklog([{ report: HEALTHY, remaining }], running, 'flights').verdict).toBe(verdict);
  });
});
