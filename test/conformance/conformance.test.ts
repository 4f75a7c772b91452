import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { beamReport } from './beam.ts';
import type { Transcript } from './beam-transcripts.ts';
import { session } from '../../engine/index.ts';
import { kafkaStreamsReports } from './kafka-streams.ts';
import { ledByHand, Replay } from './replay.ts';
import { conformance, DATA } from './reports.ts';
import { differencesOf } from './rows.ts';
import { countsOf, judged, shown } from './scoreboard.ts';

const transcript = (changes: Partial<Transcript> = {}): Transcript => ({
  name: 'one window',
  window: 'FixedWindows(10)',
  trigger: 'Default',
  timestampCombiner: 'OUTPUT_AT_EARLIEST',
  transcript: [
    { input: [3, 4] },
    { watermark: 25 },
    {
      expect: [
        {
          window: [0, 9],
          values: [3, 4],
          timestamp: 3,
          early: false,
          late: false,
          final: false,
          index: 0,
          nonspeculativeIndex: 0,
        },
      ],
    },
  ],
  ...changes,
});

describe('the cases of other systems', () => {
  const withData = existsSync(DATA) ? it : it.skip;

  withData(
    'pass, all but those that need what there is not (skipped where ../shared/conformance is not here)',
    async () => {
      const reports = await conformance({ lives: 1 });
      expect(reports.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      expect(reports.filter(({ verdict }) => verdict === 'skipped').map(({ name }) => name)).toEqual([
        'windowed_inner_join',
        'q3',
        'q8',
        'q20',
        'temporal-join-table-join',
        'window-join-inner-tumble-event-time',
        'window-join-left-tumble-event-time',
        'window-join-semi-tumble-event-time',
        'window-aggregate-cumulate-event-time',
        'deduplicate-asc',
        'group-aggregate-simple',
        'over-aggregate-bounded-partitioned-rows',
        'join-left-join',
        'join-anti-join',
      ]);
    },
  );

  it('from documentation pass', () => {
    expect(kafkaStreamsReports().map(({ verdict, differences }) => [verdict, differences])).toEqual([
      ['passed', []],
      ['passed', []],
    ]);
  });

  it('are skipped in one line where the files of others are missing', async () => {
    const reports = await conformance({ folder: '/no/such/folder' });
    expect(countsOf(reports)).toEqual({ passed: 2, failed: 0, skipped: 1 });
    expect(
      shown(reports)
        .split('\n')
        .filter((line) => line.startsWith('skipped')),
    ).toEqual([
      'skipped beam, arroyo, nexmark, flink all: the folder ../shared/conformance, which is no part of the repository, is not here',
    ]);
  });
});

describe('a record that would join an open session', () => {
  it.each([
    [102, true],
    [103, false],
  ])(
    'is late when a session of its own has closed, as in Beam and unlike Flink and Kafka Streams: %d at watermark 112 %s',
    (timeMs, isLate) => {
      const replay = new Replay(ledByHand(session({ gapMs: 10 }), {}));
      replay.element(100);
      replay.element(108);
      // [100, 118) is open: Flink and Kafka Streams take both records into it.
      expect(replay.moveTo(112)).toEqual([]);
      expect(replay.wouldBeLate(timeMs)).toBe(isLate);
    },
  );

  it('has the same verdict whatever came before it', () => {
    const late = [[], [100], [100, 108], [108]].map((before) => {
      const replay = new Replay(ledByHand(session({ gapMs: 10 }), {}));
      for (const timeMs of before) replay.element(timeMs);
      replay.moveTo(112);
      return [101, 102, 103].map((timeMs) => replay.wouldBeLate(timeMs));
    });
    expect(late).toEqual(Array.from(late, () => [true, true, false]));
  });
});

describe('a transcript', () => {
  it('passes when everything is as it says', () => {
    expect(beamReport(transcript())).toMatchObject({ verdict: 'passed', compared: 8, differences: [] });
  });

  it.each([
    ['values', { values: [3] }],
    ['timestamp', { timestamp: 4 }],
    ['early', { early: true }],
    ['late', { late: true }],
    ['final', { final: true }],
    ['index', { index: 1 }],
    ['nonspeculativeIndex', { nonspeculativeIndex: 1 }],
  ])('fails when it says another %s', (name, change) => {
    const [input, watermark, expected] = transcript().transcript;
    const pane = { ...expected?.expect?.[0], ...change };
    const report = beamReport(
      transcript({ transcript: [input, watermark, { expect: [pane] }] as Transcript['transcript'] }),
    );
    expect([report.verdict, report.differences.length]).toEqual(['failed', 1]);
    expect(report.differences[0]).toContain(`: ${name} must be`);
  });

  it('fails for a result that it does not know, and for one that is missing', () => {
    const [input, watermark] = transcript().transcript as [Transcript['transcript'][0], Transcript['transcript'][0]];
    expect(beamReport(transcript({ transcript: [input, watermark] })).differences).toEqual([
      'step 1: unexpected result of [0, 9] with [3,4]',
    ]);
    expect(
      beamReport(transcript({ transcript: [input, { expect: [{ window: [0, 9], values: [3, 4] }] }] })).differences,
    ).toEqual(['step 0: no result of [0, 9], got []']);
  });

  it.each([
    ['passes when the parts say the same together', [1, 2, 3], [4], 'passed'],
    ['fails when a record is missing in them', [1, 2], [4], 'failed'],
    ['fails when one is said twice', [1, 2, 3], [3, 4], 'failed'],
  ] as const)('in which a bundle holds more than the count %s', (_, early, onTime, verdict) => {
    const window = [0, 9] as const;
    const report = beamReport({
      name: 'bundle',
      window: 'FixedWindows(10)',
      trigger: 'AfterWatermark(early=AfterCount(2))',
      accumulationMode: 'discarding',
      transcript: [
        { input: [1, 2, 3] },
        { expect: [{ window, values: early, early: true }] },
        { input: [4] },
        { watermark: 25 },
        { expect: [{ window, values: onTime }] },
      ],
    });
    expect(report.verdict).toBe(verdict);
    expect(report.leftOut).toEqual([expect.stringContaining('Beam looks at a count trigger after a bundle')]);
  });

  it.each([
    [{ window: 'CalendarWindows(1)' }, 'no counterpart of the window function CalendarWindows(1)'],
    [{ trigger: 'AfterProcessingTime(5)' }, 'no counterpart of the trigger AfterProcessingTime(5)'],
    [{ allowedLateness: 5 } as Partial<Transcript>, 'unknown settings: allowedLateness'],
  ])('with %j is skipped with the reason', (change, reason) => {
    expect(beamReport(transcript(change))).toMatchObject({ verdict: 'skipped', leftOut: [reason] });
  });
});

describe('rows', () => {
  it('are compared in any order, of lines and of columns, each as often as it is there', () => {
    expect(differencesOf([{ a: 1, b: 2 }, { a: 2 }], [{ a: 2 }, { b: 2, a: 1 }])).toEqual([]);
    expect(differencesOf([{ a: 1 }], [{ a: 1 }, { a: 1 }])).toEqual(['missing [["a",1]]']);
    expect(differencesOf([{ a: 1 }, { a: 1 }], [{ a: 1 }])).toEqual(['unexpected [["a",1]]']);
  });

  it('of which there are none are no success', () => {
    expect(judged({ source: 's', name: 'n', dialect: 'd', compared: 0, leftOut: [], differences: [] }).verdict).toBe(
      'failed',
    );
  });
});
