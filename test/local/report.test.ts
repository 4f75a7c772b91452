import { describe, expect, it } from '@jest/globals';
import { count, max, mean, sum } from '../../engine/index.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';
import { account, shellWord, suggestions } from '../../local/report/account.ts';
import { problemsOf, remarksOn } from '../../local/report/notices.ts';
import { BusiestKeys } from '../../local/report/busiest-keys.ts';
import { Digest } from '../../local/report/digest.ts';
import { printable } from '../../local/report/printable.ts';
import { progressLine, slidingRate } from '../../local/report/progress.ts';
import { resultTable } from '../../local/report/result-table.ts';
import { imbalances, summarize } from '../../local/report/summary.ts';
import { terminalOn } from '../../local/report/terminal.ts';
import { windowText } from '../../local/report/window-text.ts';

const counters = { recordsIn: 10, counted: 7, late: 2, deadLetters: 1, results: 5, lossesAccepted: 1 };
const parts = {
  pipeline: 'p',
  shards: 3,
  exchanges: [],
  results: 4,
  openWindows: 6,
  writeUnits: 30,
  elapsedMs: 1_234.5,
};
const summary = summarize({
  ...parts,
  before: { recordsIn: 12, deadLetters: 1 },
  sources: [
    {
      name: 'orders',
      recordsPut: 20,
      heads: [
        { partition: 'a', version: 2, watermarkMs: 5, counters },
        { partition: 'b', version: 3, watermarkMs: NO_WATERMARK, counters },
      ],
    },
  ],
});

describe('progress', () => {
  it('is one line', () => {
    const progress = {
      recordsIn: 12_345,
      resultsOut: 678,
      watermarkMs: 0,
      openWindows: 312,
      late: 4,
      deadLetters: 0,
      backlog: 900,
    };
    expect(progressLine(progress, 4_999.6)).toBe(
      'in 12,345 · out 678 · 5,000/s · watermark 1970-01-01 00:00 · open windows 312 · late 4 · dead letters 0 · backlog 900',
    );
  });

  it('has no watermark before any record', () => {
    const progress = {
      recordsIn: 0,
      resultsOut: 0,
      watermarkMs: undefined,
      openWindows: 0,
      late: 0,
      deadLetters: 0,
      backlog: 0,
    };
    expect(progressLine(progress, 0)).toContain('watermark none yet');
  });

  it('has the rate of the last stretch of time', () => {
    const rate = slidingRate(10);
    expect([rate(0, 0), rate(5, 5), rate(10, 10), rate(20, 10), rate(30, 10)]).toEqual([0, 1_000, 1_000, 0, 0]);
  });

  it('stays below the lines on a terminal', () => {
    const written: string[] = [];
    const terminal = terminalOn({ isTTY: true, columns: 40, write: (text) => written.push(text) });
    terminal.status('working');
    terminal.line('a word');
    terminal.clear();
    expect(written.join('')).toBe('working\r\u001b[2Ka word\nworking\r\u001b[2K');
  });
});

describe('the account', () => {
  it('adds up the partitions', () => {
    expect(summary).toEqual({
      pipeline: 'p',
      recordsPut: 20,
      recordsIn: 20,
      newRecordsIn: 8,
      counted: 14,
      late: 4,
      deadLetters: 2,
      newDeadLetters: 1,
      lossesAccepted: 2,
      results: 4,
      firings: 10,
      openWindows: 6,
      commits: 5,
      writeUnits: 30,
      elapsedMs: 1_235,
      watermarkMs: 5,
      shards: 3,
      accounts: [{ exchange: null, receivers: 0, in: 20, counted: 14, late: 4, deadLetters: 2 }],
    });
    expect(account(summary)).toContain('✓ in 20 = counted 14 + late 4 + dead letters 2');
  });

  it('adds up records and rows apart where there is an exchange', () => {
    const sent = { recordsIn: 10, counted: 9, late: 0, deadLetters: 1, results: 0, lossesAccepted: 0 };
    const received = { recordsIn: 18, counted: 13, late: 3, deadLetters: 2, results: 5, lossesAccepted: 0 };
    const both = summarize({
      ...parts,
      before: { recordsIn: 4, deadLetters: 1 },
      sources: [
        { name: 'orders', recordsPut: 10, heads: [{ partition: 'a', version: 2, watermarkMs: 50, counters: sent }] },
      ],
      exchanges: [
        { name: 'by-x', receivers: 2, heads: [{ partition: 'r0', version: 3, watermarkMs: 40, counters: received }] },
      ],
    });
    expect(both).toMatchObject({
      recordsIn: 10,
      newRecordsIn: 6,
      counted: 13,
      late: 3,
      deadLetters: 3,
      newDeadLetters: 2,
      firings: 5,
      commits: 5,
      watermarkMs: 40,
      accounts: [
        { exchange: null, receivers: 0, in: 10, counted: 9, late: 0, deadLetters: 1 },
        { exchange: 'by-x', receivers: 2, in: 18, counted: 13, late: 3, deadLetters: 2 },
      ],
    });
    expect(imbalances(both)).toEqual([]);
    expect(account(both).split('\n').slice(0, 2)).toEqual([
      '✓ in 10 = passed on 9 + dead letters 1',
      '  by-x: rows 18 = counted 13 + late 3 + dead letters 2',
    ]);
    const [records, rows] = both.accounts;
    expect(
      imbalances({
        ...both,
        accounts: [
          { ...records!, in: 11 },
          { ...rows!, late: 2 },
        ],
      }),
    ).toEqual([
      'in 11 is not passed on 9 + late 0 + dead letters 1',
      'by-x: rows 18 is not counted 13 + late 2 + dead letters 2',
    ]);
  });

  it('has one more sum for each further exchange, and late records where there were some', () => {
    const some = { recordsIn: 10, counted: 7, late: 2, deadLetters: 1, results: 0, lossesAccepted: 0 };
    const [before, last] = [{ ...some }, { ...some, recordsIn: 5, counted: 5, late: 0, deadLetters: 0, results: 3 }];
    const headOf = (partition: string, watermarkMs: number, of: typeof some) => [
      { partition, version: 1, watermarkMs, counters: of },
    ];
    const three = summarize({
      ...parts,
      before: { recordsIn: 0, deadLetters: 0 },
      sources: [{ name: 'orders', recordsPut: 10, heads: headOf('a', 50, before) }],
      exchanges: [
        { name: 'by-x', receivers: 1, heads: headOf('r0', 40, before) },
        { name: 'all', receivers: 1, heads: headOf('r0', 30, last) },
      ],
    });
    expect(account(three).split('\n').slice(0, 3)).toEqual([
      '✓ in 10 = passed on 7 + late 2 + dead letters 1',
      '  by-x: rows 10 = passed on 7 + late 2 + dead letters 1',
      '  all: rows 5 = counted 5 + late 0 + dead letters 0',
    ]);
    expect(three).toMatchObject({ counted: 5, late: 4, deadLetters: 2, firings: 3, watermarkMs: 30 });
  });

  it('has a sum for each of several sources, and misses what one of them has got less', () => {
    const read = (recordsIn: number) => ({
      recordsIn,
      counted: recordsIn,
      late: 0,
      deadLetters: 0,
      results: 0,
      lossesAccepted: 0,
    });
    const headOf = (partition: string, recordsIn: number) => [
      { partition, version: 1, watermarkMs: 50, counters: read(recordsIn) },
    ];
    const united = (sales: number, refunds: number) =>
      summarize({
        ...parts,
        before: { recordsIn: 0, deadLetters: 0 },
        sources: [
          { name: 'sales', recordsPut: 1_000, heads: headOf('a', sales) },
          { name: 'refunds', recordsPut: 10, heads: headOf('0', refunds) },
        ],
        exchanges: [{ name: 'by-shop', receivers: 1, heads: headOf('r0', sales + refunds) }],
      });
    expect(account(united(1_000, 20)).split('\n').slice(0, 3)).toEqual([
      '✓ sales: in 1,000 = passed on 1,000 + dead letters 0',
      '  refunds: in 20 = passed on 20 + dead letters 0',
      '  by-shop: rows 1,020 = counted 1,020 + late 0 + dead letters 0',
    ]);
    expect(united(1_000, 20)).toMatchObject({ recordsPut: 1_010, recordsIn: 1_020, counted: 1_020 });
    expect(imbalances(united(1_000, 20))).toEqual([]);
    expect(imbalances(united(995, 20))).toEqual(['sales: in 995 is less than the 1000 records put into the stream']);
    expect(remarksOn(united(1_000, 20), 0)).toEqual([]);
    expect(remarksOn(united(1_000, 0), 0)).toEqual([
      'refunds has no record yet, and all windows wait for that: send some with --source refunds',
    ]);
  });

  it('says how often records were left out for good, and nothing where none were', () => {
    expect(account(summary)).toContain('\n  losses accepted 2: the records that were left out are in no count');
    expect(account({ ...summary, lossesAccepted: 0 })).not.toContain('losses');
  });

  it('is loud about a record that is missing', () => {
    const [records] = summary.accounts;
    expect(imbalances({ ...summary, accounts: [{ ...records!, late: 3 }] })).toEqual([
      'in 20 is not counted 14 + late 3 + dead letters 2',
    ]);
    expect(imbalances({ ...summary, recordsPut: 21, lossesAccepted: 0 })).toEqual([
      'in 20 is less than the 21 records put into the stream',
    ]);
    expect(imbalances({ ...summary, recordsPut: 21, lossesAccepted: 1 })).toEqual([]);
    const missing = { ...summary, accounts: [{ ...records!, late: 3 }] };
    expect(account(missing, problemsOf(missing, undefined))).toMatch(
      /^✗ in 20 = .*\n[^]*\nTHE COUNTS DO NOT ADD UP: in 20 is not/,
    );
  });

  it('says that event times look like seconds when all of them are in 1970', () => {
    expect(account({ ...summary, watermarkMs: 1_700_000_000 })).toContain(
      'EVENT TIMES LOOK LIKE SECONDS: read as ms they are in 1970; it looks like seconds: multiply by 1000 in the timestamp extractor',
    );
    for (const watermarkMs of [null, 0, 1_700_000_000_000])
      expect(account({ ...summary, watermarkMs })).not.toContain('SECONDS');
  });

  it('suggests commands that a shell understands', () => {
    expect(
      suggestions({
        pipeline: 'flights',
        key: 'a b',
        records: 10,
        hasOutputs: false,
        hasDeadLetters: false,
        dataDir: '',
        source: '',
        kafka: '',
      }).split('\n'),
    ).toEqual([
      'next:',
      "  npx tidemark results flights --key 'a b'",
      '  npx tidemark late flights',
      '  npx tidemark local flights --records 10 --exit    # goes on from here, even after kill -9',
    ]);
    const withDead = suggestions({
      pipeline: 'flights',
      key: undefined,
      records: undefined,
      hasOutputs: true,
      hasDeadLetters: true,
      dataDir: ' --data-dir d',
      source: '',
      kafka: '',
    });
    expect(withDead.split('\n')[2]).toBe('  npx tidemark dead-letters flights --data-dir d');
    expect(shellWord("it's")).toBe("'it'\\''s'");
  });
});

describe('the busiest keys', () => {
  it('are totalled as each aggregate allows, the largest first', () => {
    const named = { n: count(), top: max('x'), mean: mean('x'), total: sum('x') };
    const busiest = new BusiestKeys({
      keyFields: ['origin'],
      results: {
        identity: 'window',
        windowMs: 10,
        allowedLatenessMs: 0,
        columns: Object.entries(named).map(([name, { descriptor }]) => ({ name, descriptor, type: 'number' })),
      },
    });
    const row = { windowStartMs: 0, windowEndMs: 10, revision: 1 };
    busiest.add({ ...row, key: 'a', values: { n: 1, top: 5, mean: 5, total: 5 } });
    busiest.add({ ...row, key: 'b', values: { n: 1_000, top: 5, mean: 5, total: 5 } });
    busiest.add({ ...row, key: 'b', values: { n: 2, top: 3, mean: 3, total: 6 } });
    const cells = busiest
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('│'))
      .map((line) =>
        line
          .split('│')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(cells).toEqual([
      ['origin', 'windows', 'n', 'top', 'total'],
      ['b', '2', '1,002', '5', '11'],
      ['a', '1', '1', '5', '5'],
    ]);
    expect(busiest.busiestKey).toBe('b');
  });
});

describe('the digest', () => {
  const columns = [
    { name: 'n', descriptor: 'count()', type: 'integer' as const },
    { name: 'best', descriptor: 'topN()', type: 'json' as const },
  ];
  const digestOf = (
    identity: 'window' | 'sequence',
    windows: ReadonlyArray<readonly [startMs: number, endMs: number]>,
  ) => {
    const digest = new Digest({
      keyFields: ['origin'],
      results: { identity, windowMs: 10, allowedLatenessMs: 0, columns },
    });
    windows.forEach(([windowStartMs, windowEndMs], n) =>
      digest.add({
        key: 'a',
        windowStartMs,
        windowEndMs,
        revision: 1,
        ...(identity === 'sequence' ? { sequence: n } : {}),
        values: {
          n,
          best: [
            { size: 2.5, place: 'here' },
            { size: 1, place: 'there' },
          ],
        },
      }),
    );
    return digest;
  };

  it('adds up windows that follow each other', () => {
    expect(
      digestOf('window', [
        [0, 10],
        [10, 20],
      ]).toString(),
    ).toContain('the 1 busiest of 1 keys');
  });

  it('shows the newest results where windows overlap: records would count twice', () => {
    const shown = digestOf(
      'window',
      Array.from({ length: 300 }, (_, i) => [i * 1_000, (i + 2) * 1_000] as const),
    );
    expect(shown.toString()).toContain('the 10 newest of 300 results');
    expect(shown.toString()).toMatch(/a +│ 1970-01-01 00:04:59 – 00:05:01 +│ +1 +│ 299 +│ 2.5 here · 1 there/);
    expect(shown.key).toBe('a');
  });

  it('shows when, and no revision, for results without a window of their own', () => {
    const row = { key: 'a', windowStartMs: 7_000, windowEndMs: 7_001, revision: 1, values: { n: null } };
    expect(resultTable([row], { identity: 'sequence', columns })).toMatch(
      /key │ when +│ n │ best │[^]*a +│ 1970-01-01 00:00:07 │ +│ +│/,
    );
  });
});

describe('a window', () => {
  it.each([
    [0, 3_600_000, '1970-01-01 00:00 – 01:00'],
    [0, 86_400_000, '1970-01-01 00:00 – 1970-01-02 00:00'],
    [0, 10_000, '1970-01-01 00:00:00 – 00:00:10'],
    [7_999, 8_000, '1970-01-01 00:00:07'],
    [-8_640_000_000_000_000, 8_640_000_000_000_000, 'all time'],
  ])('[%d, %d) is shown as %s', (windowStartMs, windowEndMs, text) => {
    expect(windowText({ windowStartMs, windowEndMs })).toBe(text);
  });
});

describe('text from the outside', () => {
  it.each([
    ['a\u001b[2J', 'a\\u{1b}[2J'],
    ['\u202eabc', '\\u{202e}abc'],
    ['{"a":"ü"}', '{"a":"ü"}'],
    ['x'.repeat(70), `${'x'.repeat(59)}…`],
  ])('cannot move the cursor: %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
