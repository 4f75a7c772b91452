import { describe, expect, it } from '@jest/globals';
import { localBacklog } from '../../../operate/doctor/backlog-check.ts';
import { logChecks, type InspectedPartition } from '../../../operate/doctor/log-checks.ts';
import { inspectedPartitions } from '../../../operate/doctor/inspected-partitions.ts';
import { faultyReport, type PartitionReport } from '../../../operate/inspect/partition-report.ts';
import { reading } from '../../engine/support/readings.ts';
import { notOk } from '../support/findings.ts';
import { FIRST_SHARD, newWorld, placeOf } from '../support/world-place.ts';

const SLOTS = 64;
const HEALTHY: PartitionReport = {
  ...faultyReport('shardId-000000000000', { code: '', text: '' }),
  status: 'open', version: 40, reached: '7', recordsIn: 10, counted: 9, late: 1, snapshotVersion: 20, snapshotAge: 20, undelivered: 1, verified: true, fault: null,
};

const checked = (changes: Partial<PartitionReport>, remaining: InspectedPartition['remaining'] = 'none yet') => logChecks([{ report: { ...HEALTHY, ...changes }, remaining }], SLOTS, 'shard');

describe('the checks of logs', () => {
  it('find nothing wrong with a healthy log', () => {
    expect(notOk(checked({}))).toEqual({});
    expect(checked({}).map(({ id }) => id)).toEqual(['log-chain', 'state-schema', 'shards-with-log', 'snapshot-age', 'undelivered', 'counts', 'dead-letters', 'event-times']);
  });

  it.each<[string, Partial<PartitionReport>, ReturnType<typeof notOk>]>([
    ['a broken chain', { status: 'faulty', verified: false, fault: { code: 'LOG_DAMAGED', text: 'no version 3' } }, { 'log-chain': 'problem' }],
    ['a deleted log', { status: 'faulty', verified: false, fault: { code: 'LOG_DELETED', text: 'none' } }, { 'log-chain': 'problem' }],
    ['state of another definition', { status: 'faulty', verified: false, fault: { code: 'STATE_SCHEMA_CHANGED', text: '+a' } }, { 'state-schema': 'problem' }],
    ['state of another release', { status: 'faulty', verified: false, fault: { code: 'CODEC_UNKNOWN', text: '2' } }, { 'state-schema': 'problem' }],
    ['a snapshot of half a ring', { snapshotAge: 32 }, {}],
    ['a snapshot older than half a ring', { snapshotAge: 33 }, { 'snapshot-age': 'warning' }],
    ['a snapshot that nearly fills the ring', { snapshotAge: 49 }, { 'snapshot-age': 'problem' }],
    ['two outboxes that wait', { undelivered: 2 }, { undelivered: 'warning' }],
    ['outboxes that fill half the ring', { undelivered: 33 }, { undelivered: 'problem' }],
    ['counts that do not add up', { counted: 8 }, { counts: 'problem' }],
    ['event times that look like seconds', { watermarkMs: 1_700_000_000 }, { 'event-times': 'warning' }],
    ['event times of the first week of 1970', { watermarkMs: 500_000_000 }, {}],
    ['event times of now', { watermarkMs: 1_700_000_000_000 }, {}],
    ['dead letters', { deadLetters: 1, counted: 8 }, { 'dead-letters': 'warning' }],
  ])('judge %s', (_title, changes, expected) => {
    expect(notOk(checked(changes))).toEqual(expected);
  });

  it.each([['records', { 'shards-with-log': 'warning' }], ['none yet', {}], ['ended', {}]] as const)('judge a shard without a log by what it has: %s', (remaining, expected) => {
    expect(notOk(checked({ status: 'empty', version: 0, reached: null, recordsIn: 0, counted: 0, late: 0, snapshotAge: 0, undelivered: 0 }, remaining))).toEqual(expected);
  });

  it('name each shard at fault, and are as bad as the worst', () => {
    const shards = [20, 33, 60].map((snapshotAge, i): InspectedPartition => ({ report: { ...HEALTHY, partition: `shard-${i}`, snapshotAge }, remaining: 'none yet' }));
    const finding = logChecks(shards, SLOTS, 'shard').find(({ id }) => id === 'snapshot-age');
    expect(finding).toMatchObject({ verdict: 'problem', found: 'shard-1: 33 versions ago; shard-2: 60 versions ago' });
  });

  it('speak of partitions where the source is a topic', () => {
    const findings = logChecks([{ report: { ...HEALTHY, partition: '3', status: 'empty' }, remaining: 'records' }], SLOTS, 'partition');
    expect(findings.find(({ id }) => id === 'partitions-with-log')).toMatchObject({ verdict: 'warning', lookedAt: 'every partition that has records has a log', found: '3 has records and no log' });
    expect(findings.find(({ id }) => id === 'log-chain')?.found).toBe('1 partition');
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
    expect((await inspectedPartitions(placeOf(world), catalog)).map(({ remaining }) => remaining)).toEqual(['records', 'records']);
    expect(asked).toEqual([[FIRST_SHARD, 1n], ['shardId-000000000001', -1n]]);
    world.logs.onRead = (entries) => entries.map((entry) => ({ ...entry, version: 2 }));
    expect((await inspectedPartitions(placeOf(world), catalog)).map(({ remaining }) => remaining)).toEqual([undefined, 'records']);
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
