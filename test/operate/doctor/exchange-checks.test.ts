import { describe, expect, it } from '@jest/globals';
import { receiverChecks, ringChecks } from '../../../operate/doctor/exchange-checks.ts';
import type { Finding } from '../../../operate/doctor/finding.ts';
import { faultyReport, type PartitionReport } from '../../../operate/inspect/partition-report.ts';
import type { RingMappingFacts } from '../../../operate/stack/stack-facts.ts';
import destinations from '../../../pipelines/destinations.ts';
import flights from '../../../pipelines/flights.ts';

const SLOTS = 64;

/** What those that are not ok have found. */
const notOk = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(
    findings.filter(({ verdict }) => verdict !== 'ok').map(({ id, verdict, found }) => [id, `${verdict}: ${found}`]),
  );

const receivers = (...changes: ReadonlyArray<Partial<PartitionReport>>): PartitionReport[] =>
  changes.map((change, i) => ({
    ...faultyReport(`r${i}`, { code: '', text: '' }),
    exchange: 'by-destination',
    status: 'open',
    fault: null,
    recordsIn: 5_000,
    ...change,
  }));

const behind = (sender: string, commits: number) => ({ mostUnread: { sender, commits } });

describe('the checks of receivers', () => {
  it('are made where there is an exchange', () => {
    expect(receiverChecks([{ ...faultyReport('s1', { code: '', text: '' }), fault: null }], SLOTS)).toEqual([]);
    expect(receiverChecks(receivers({}, {}), SLOTS).map(({ id, verdict }) => [id, verdict])).toEqual([
      ['receivers-behind', 'ok'],
      ['sender-rings', 'ok'],
      ['receivers-even', 'ok'],
    ]);
  });

  it('tell which receiver is behind, of which sender, from half a ring on', () => {
    expect(notOk(receiverChecks(receivers(behind('s1', 31), behind('s2', 32)), SLOTS))).toEqual({
      'receivers-behind': 'warning: r1 has not taken 32 commits of s2',
    });
  });

  it('tell whose ring is full, and for whom it waits', () => {
    const found = notOk(receiverChecks(receivers(behind('s2', 64), behind('s1', 63), behind('s2', 64)), SLOTS));
    expect(found['sender-rings']).toBe('problem: s2 waits for r0, r2');
  });

  it('tell of a receiver that has nearly all rows, and that more receivers do not help', () => {
    const fair = receiverChecks(receivers({ recordsIn: 17_000 }, {}, { recordsIn: 3_000 }, { recordsIn: 0 }), SLOTS);
    expect(notOk(fair)).toEqual({});
    const hot = receiverChecks(receivers({ recordsIn: 100 }, { recordsIn: 19_700 }, { recordsIn: 200 }, {}), SLOTS);
    expect(notOk(hot)).toEqual({ 'receivers-even': 'warning: r1 has 78 % of 25,000 rows' });
    expect(hot.find(({ id }) => id === 'receivers-even')?.whatToDo).toMatch(
      /more receivers do not help: use a finer key/,
    );
  });

  it('say nothing of how rows are spread while there are few, or of one receiver', () => {
    expect(notOk(receiverChecks(receivers({ recordsIn: 9_000 }, { recordsIn: 0 }), SLOTS))).toEqual({});
    expect(notOk(receiverChecks(receivers({ recordsIn: 1e6 }), SLOTS))).toEqual({});
  });

  it('look at each exchange by itself', () => {
    const [one, other] = receivers({ recordsIn: 1_000_000 }, { recordsIn: 100 });
    expect(notOk(receiverChecks([one!, { ...other!, exchange: 'by-origin' }], SLOTS))).toEqual({});
  });
});

describe('the checks of what calls receivers', () => {
  const mapping = (changes: Partial<RingMappingFacts> = {}): RingMappingFacts => ({
    state: 'Enabled',
    lastProcessingResult: 'OK',
    filters: 0,
    hearsItemFailures: true,
    ...changes,
  });
  const checked = (...mappings: readonly RingMappingFacts[]) => notOk(ringChecks(destinations.topology, mappings));

  it('find nothing wrong with the mapping as the stack makes it, and none without an exchange', () => {
    expect(checked(mapping())).toEqual({});
    expect(ringChecks(flights.topology, [])).toEqual([]);
  });

  it('tell that it is not there, or disabled', () => {
    expect(checked()).toEqual({ 'rings-mapping': 'problem: none' });
    expect(checked(mapping({ state: 'Disabled' }))).toEqual({ 'rings-mapping': 'problem: Disabled' });
  });

  it('tell that rings would be dropped, or that the last call failed', () => {
    expect(
      checked(mapping({ filters: 1, hearsItemFailures: false, lastProcessingResult: 'PROBLEM: Function call failed' })),
    ).toEqual({
      'rings-failures': 'problem: nothing',
      'rings-filter': 'problem: 1',
      'rings-last-result': 'problem: PROBLEM: Function call failed',
    });
  });
});
