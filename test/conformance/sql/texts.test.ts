import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { DATA } from '../reports.ts';
import { shownTexts, textCounts, textReports, type TextReport } from './texts.ts';

describe('the SQL of others, as it is written', () => {
  const withData = existsSync(DATA) ? it : it.skip;

  withData(
    'gets at least as far as before, and never to other rows (skipped where its texts are not here)',
    async () => {
      const reports = await textReports(DATA);
      expect(reports.filter(({ reached }) => reached === 'planned')).toEqual([]);
      expect(textCounts(reports)).toMatchObject({
        flink: { texts: 18, parsed: 5, planned: 4, passed: 4, refused: 14, wrong: 0 },
        nexmark: { texts: 13, parsed: 5, planned: 2, passed: 2, refused: 11, wrong: 0 },
      });
      for (const { reasons } of reports.filter(({ reached }) => reached !== 'passed'))
        expect(reasons).toEqual([expect.stringMatching(/ (at [1-9]\d*:\d+|in the tables); /)]);
    },
  );

  it('is counted by how far it gets, and shown with every reason', () => {
    const report = (name: string, reached: TextReport['reached'], ...reasons: string[]): TextReport => ({
      suite: 's',
      name,
      reached,
      reasons,
    });
    const reports = [
      report('a', 'nothing', 'no'),
      report('b', 'parsed', 'not yet'),
      report('c', 'planned', 'missing 1'),
      report('d', 'passed'),
    ];
    expect(textCounts(reports)).toEqual({ s: { texts: 4, parsed: 3, planned: 2, passed: 1, refused: 2, wrong: 1 } });
    expect(shownTexts(reports).split('\n')).toEqual([
      'refused s a: no',
      'refused s b: not yet',
      'WRONG s c: missing 1',
      '',
      'SQL of s: 4 texts, 3 parsed, 2 planned, 1 passed, 2 refused, 1 wrong',
      '',
    ]);
  });
});
