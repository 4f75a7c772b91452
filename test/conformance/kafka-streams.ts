/** The examples by which Kafka Streams' own documentation defines its windows, as facts: records in, windows out. */
import { session, sliding } from '../../engine/index.ts';
import type { Windows } from '../../engine/window/windows.ts';
import { ledByHand, Replay, standing, type Firing } from './replay.ts';
import { differencesOf } from './rows.ts';
import { judged, type CaseReport } from './scoreboard.ts';

const SOURCE = 'kafka-streams';
const JUDGED =
  'a record is late when the session that it would join has closed: session() asks for a session of the record alone';

interface Example {
  readonly name: string;
  /** Where it is published. */
  readonly cites: string;
  readonly dialect: string;
  readonly windows: Windows;
  /** Time and value, in the order of their arrival; after each part all windows are looked at. */
  readonly parts: ReadonlyArray<{
    readonly records: ReadonlyArray<readonly [number, number]>;
    readonly windows: readonly Shown[];
  }>;
  /** First and last moment as Kafka Streams names them. */
  readonly boundsOf: (firing: Firing) => readonly [number, number];
}

interface Shown {
  readonly window: readonly [number, number];
  readonly values: readonly number[];
}

const EXAMPLES: readonly Example[] = [
  {
    name: 'SlidingWindows: time difference 5000 ms',
    cites: 'https://kafka.apache.org/42/javadoc/org/apache/kafka/streams/kstream/SlidingWindows.html',
    dialect:
      'sliding windows are [t - d; t] and [t + 1; t + 1 + d], both ends inclusive: sliding() shows [t - d, t + 1) and [t + 1, t + d + 2)',
    windows: sliding({ timeDifferenceMs: 5_000 }),
    boundsOf: ({ startMs, endMs }) => [startMs, endMs - 1],
    parts: [
      {
        records: [
          [8_000, 1],
          [9_200, 2],
          [12_400, 3],
        ],
        windows: [
          { window: [3_000, 8_000], values: [1] },
          { window: [4_200, 9_200], values: [1, 2] },
          { window: [7_400, 12_400], values: [1, 2, 3] },
          { window: [8_001, 13_001], values: [2, 3] },
          { window: [9_201, 14_201], values: [3] },
        ],
      },
    ],
  },
  {
    name: 'SessionWindows: gap 5, a late record joins two',
    cites: 'https://kafka.apache.org/42/javadoc/org/apache/kafka/streams/kstream/SessionWindows.html',
    dialect: `a session is named [first event; last event]: session() shows [first event, last event + gap); ${JUDGED}`,
    windows: session({ gapMs: 5 }),
    boundsOf: ({ startMs, endMs }) => [startMs, endMs - 5],
    parts: [
      {
        records: [
          [10, 1],
          [12, 2],
          [20, 3],
        ],
        windows: [
          { window: [10, 12], values: [1, 2] },
          { window: [20, 20], values: [3] },
        ],
      },
      { records: [[16, 4]], windows: [{ window: [10, 20], values: [1, 2, 3, 4] }] },
    ],
  },
];

export function kafkaStreamsReports(): CaseReport[] {
  return EXAMPLES.map(reportOf);
}

/** Kafka Streams says a window's result with each record; here time moves past all of them, and late records count. */
function reportOf({ name, cites, dialect, windows, boundsOf, parts }: Example): CaseReport {
  const replay = new Replay(ledByHand(windows, { allowedLatenessMs: 1_000_000 }));
  const firings: Firing[] = [];
  const differences: string[] = [];
  for (const { records, windows: expected } of parts) {
    for (const [timeMs, value] of records) firings.push(...replay.element(timeMs, value));
    firings.push(...replay.moveTo(100_000));
    const got = standing(firings).map((firing) => ({ window: boundsOf(firing), values: firing.values }));
    differences.push(
      ...differencesOf(
        got,
        expected.map((shown) => ({ ...shown })),
      ),
    );
  }
  const compared = parts.reduce((sum, part) => sum + part.windows.length, 0);
  return judged({ source: SOURCE, name, dialect: `${dialect} (${cites})`, compared, leftOut: [], differences });
}
