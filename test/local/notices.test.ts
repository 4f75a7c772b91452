import { describe, expect, it } from '@jest/globals';
import { isMostlyDead, mostFrequent } from '../../local/report/dead-letters.ts';
import { Digest } from '../../local/report/digest.ts';
import { problemsOf, remarksOn } from '../../local/report/notices.ts';
import { isOfOther } from '../../local/report/other-definition.ts';
import { summarize, type Summary } from '../../local/report/summary.ts';

/** A run over one shard that had `before` records, all of them counted. */
function summaryOf(recordsIn: number, deadLetters: number, before = { recordsIn: 0, deadLetters: 0 }): Summary {
  const counters = { recordsIn, counted: recordsIn - deadLetters, late: 0, deadLetters, results: 0, lossesAccepted: 0 };
  const heads = recordsIn === 0 ? [] : [{ partition: 'a', version: 1, watermarkMs: 5, counters }];
  return summarize({
    exchanges: [],
    pipeline: 'p',
    shards: 1,
    sources: [{ name: 's', recordsPut: recordsIn, heads }],
    before,
    results: 0,
    openWindows: 0,
    writeUnits: 1,
    elapsedMs: 1,
  });
}

describe('a run whose records fail', () => {
  it.each([
    ['half of them', summaryOf(4, 2), false],
    ['more than half of them', summaryOf(4, 3), true],
    ['the only one', summaryOf(1, 1), true],
    ['most of the new ones, though few of all', summaryOf(104, 3, { recordsIn: 100, deadLetters: 0 }), true],
    ['none of the new ones, though most of all', summaryOf(10, 9, { recordsIn: 9, deadLetters: 9 }), false],
    ['most of all, when none are new', summaryOf(4, 3, { recordsIn: 4, deadLetters: 3 }), true],
    ['none, when there are none', summaryOf(0, 0), false],
  ])('fails when it is for %s', (_, summary, isProblem) => {
    expect(isMostlyDead(summary)).toBe(isProblem);
    expect(problemsOf(summary, undefined)).toHaveLength(isProblem ? 1 : 0);
  });

  it('names the most frequent reason, and the first record that has it', async () => {
    async function* letters() {
      yield { partition: 's-0', offset: '7', code: 'NOT_JSON', reason: 'record must be JSON' };
      for (const offset of ['8', '9'])
        yield { partition: 's-1', offset, code: 'KEY_MISMATCH', reason: 'k must equal\u001b the partition key' };
    }
    const most = await mostFrequent(letters());
    expect(most).toMatchObject({ code: 'KEY_MISMATCH', count: 2, partition: 's-1', offset: '8' });
    expect(problemsOf(summaryOf(4, 3), most)).toEqual([
      expect.stringMatching(
        /^MOST RECORDS ARE DEAD LETTERS: 3 of 4; 2 are KEY_MISMATCH, first at s-1\/8: k must equal/,
      ),
    ]);
    expect(problemsOf(summaryOf(4, 3), most)[0]).not.toContain('\u001b');
  });
});

describe('a run that has nothing to show', () => {
  it.each([
    ['that nothing was read', summaryOf(0, 0), 0, [/^nothing was read: there are no records yet/]],
    [
      'that nothing new was read',
      summaryOf(4, 0, { recordsIn: 4, deadLetters: 0 }),
      0,
      [/^nothing new was read: .* start over with --fresh$/],
    ],
    [
      'that results are of another definition',
      summaryOf(4, 0),
      3,
      [/^3 results are of another definition of the pipeline and not shown/],
    ],
    ['nothing when it has read something', summaryOf(4, 0, { recordsIn: 3, deadLetters: 0 }), 0, []],
  ])('says %s', (_, summary, others, expected) => {
    const remarks = remarksOn(summary, others);
    expect(remarks).toHaveLength(expected.length);
    expected.forEach((text, i) => expect(remarks[i]).toMatch(text));
  });
});

describe('a stored result', () => {
  const column = (name: string) => ({ name, type: 'number' as const, descriptor: name });
  const shape = {
    identity: 'window' as const,
    columns: [column('n'), column('total')],
    windowMs: 10,
    allowedLatenessMs: 0,
  };

  it.each([
    ['has what the definition says', { n: 1, total: 2 }, undefined, false],
    ['has other names', { count: 1, total: 2 }, undefined, true],
    ['is older than a column that was added', { n: 1 }, undefined, false],
    ['has a column that was taken away', { n: 1, total: 2, mean: 3 }, undefined, false],
    ['is numbered where windows are told apart', { n: 1, total: 2 }, 4, true],
  ])('that %s: is it of another definition?', (_, values, sequence, expected) => {
    expect(isOfOther({ values, ...(sequence === undefined ? {} : { sequence }) }, shape)).toBe(expected);
  });

  it('of another definition is neither shown nor counted as one of this', () => {
    const digest = new Digest({ keyFields: ['k'], results: shape });
    const row = { key: 'a', windowStartMs: 0, windowEndMs: 10, revision: 1 };
    digest.add({ ...row, values: { count: 7, total: 2 } });
    expect([digest.rows, digest.others, digest.key]).toEqual([0, 1, undefined]);
    digest.add({ ...row, key: 'b', values: { n: 1, total: 2 } });
    expect([digest.rows, digest.others, digest.key]).toEqual([1, 1, 'b']);
  });
});
