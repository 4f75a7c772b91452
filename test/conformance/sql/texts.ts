/** How far the SQL of others gets as it is written, with tables for the streams that it reads and the results it gives. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pipeline } from '../../../engine/index.ts';
import { sql, SqlError } from '../../../sql/index.ts';
import { parseStatements } from '../../../sql/syntax/parse-statement.ts';
import { flinkPrograms } from '../flink/flink.ts';
import { timeOf, timeText } from '../flink/rows-of-flink.ts';
import { textOf } from '../nexmark/query.ts';
import { differencesOfLines, lineOf } from '../nexmark/rows.ts';
import { PipelineTest } from '../../../testing/index.ts';
import { differencesOfRun, type Given } from '../flink/run.ts';

export interface TextReport {
  readonly suite: string;
  readonly name: string;
  /** The furthest that it got: what is planned is run, and its rows compared. */
  readonly reached: 'nothing' | 'parsed' | 'planned' | 'passed';
  /** Why it was refused, with the position in the text as it was given; else what differs. */
  readonly reasons: readonly string[];
}

interface Text {
  readonly suite: string;
  readonly name: string;
  /** `CREATE TABLE` for all that the text names, in one line. */
  readonly tables: string;
  readonly query: string;
  readonly differences: (pipeline: Pipeline) => Promise<readonly string[]>;
}

export async function textReports(folder: string): Promise<TextReport[]> {
  const reports: TextReport[] = [];
  for (const text of [...flinkPrograms(folder).map(flinkText), ...nexmarkTexts(folder)])
    reports.push(await reportOf(text));
  return reports;
}

async function reportOf({ suite, name, tables, query, differences }: Text): Promise<TextReport> {
  let reached: TextReport['reached'] = 'nothing';
  try {
    parseStatements(query);
    reached = 'parsed';
    const pipeline = sql('text', `${tables}\n${query}`);
    const reasons = await differences(pipeline);
    return { suite, name, reached: reasons.length === 0 ? 'passed' : 'planned', reasons };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const { message, line, column } = error;
    const at = reached === 'nothing' ? line : line - 1;
    const where = at === 0 ? 'in the tables' : `at ${at}:${column}`;
    return { suite, name, reached, reasons: [message.replace(` at ${line}:${column};`, ` ${where};`)] };
  }
}

const SOURCE = (stream: string): string => `('connector' = 'kinesis', 'stream' = '${stream}', 'format' = 'json')`;
const table = (name: string, columns: readonly string[], options: string): string =>
  `CREATE TABLE ${name} (${columns.join(', ')}) WITH ${options};`;

function flinkText(given: Given): Text {
  const { id, sources, sinks } = given;
  const [sink] = sinks;
  const columns = (sink?.schema ?? []).map((column) => column.replaceAll('`', '').split(' ') as [string, string]);
  return {
    suite: 'flink',
    name: id,
    tables: [
      ...sources.map(({ name, schema }) => table(name, schema, SOURCE(name))),
      ...sinks.map(({ name, schema }) => table(name, schema, "('connector' = 'result-table')")),
    ].join(' '),
    query: given.sql.join(';\n'),
    differences: (pipeline) =>
      differencesOfRun(given, {
        pipeline,
        startMs: timeOf('2025-01-01 00:00:00'),
        rowsOf: ({ values }) => [
          [
            '+I',
            ...columns.map(([name, type]) => {
              const value = values[name];
              return typeof value === 'number' && type.startsWith('TIMESTAMP') ? timeText(value) : value;
            }),
          ],
        ],
      }),
  };
}

const STREAMS = [
  table(
    'bid',
    [
      'auction BIGINT',
      'bidder BIGINT',
      'price BIGINT',
      'channel STRING',
      'url STRING',
      'date_time TIMESTAMP(3)',
    ].concat('extra STRING', "WATERMARK FOR date_time AS date_time - INTERVAL '4' SECOND"),
    SOURCE('bid').replace("'format'", "'partition-key' = 'auction', 'format'"),
  ),
  table(
    'auction',
    ['id BIGINT', 'item_name STRING', 'description STRING', 'initial_bid BIGINT', 'reserve BIGINT'].concat(
      ['date_time TIMESTAMP(3)', 'expires TIMESTAMP(3)', 'seller BIGINT', 'category BIGINT', 'extra STRING'],
      "WATERMARK FOR date_time AS date_time - INTERVAL '4' SECOND",
    ),
    SOURCE('auction'),
  ),
  table(
    'person',
    ['id BIGINT', 'name STRING', 'email_address STRING', 'credit_card STRING', 'city STRING', 'state STRING'].concat(
      ['date_time TIMESTAMP(3)', 'extra STRING'],
      "WATERMARK FOR date_time AS date_time - INTERVAL '4' SECOND",
    ),
    SOURCE('person'),
  ),
];

/** Of the results that are planned; of others the text is refused before. */
const RESULTS: Readonly<Record<string, readonly string[]>> = {
  q0: ['auction BIGINT', 'bidder BIGINT', 'price BIGINT', 'date_time TIMESTAMP(3)'],
  q2: ['auction BIGINT', 'price BIGINT'],
};

async function differencesOfBids(pipeline: Pipeline, folder: string, expected: readonly string[]): Promise<string[]> {
  const bids = readFileSync(join(folder, 'nexmark', 'bid.json'), 'utf8')
    .trim()
    .split('\n');
  const test = new PipelineTest(pipeline, { startMs: timeOf('2025-01-01 00:00:00') });
  await test.put(...bids.map((bid) => JSON.parse(bid) as object));
  await test.finish();
  const rows = test.results.map(({ values }) =>
    lineOf(
      Object.entries(values as object).map(([name, value]) =>
        name === 'date_time' ? textOf(value as number) : (value as unknown),
      ),
    ),
  );
  return [
    ...differencesOfLines(
      rows,
      expected.map((row) => lineOf([row])),
    ),
    ...test.deadLetters.map(({ reason }) => `dead letter: ${reason}`),
  ];
}

/** A materialized view is a table that gets results. */
function nexmarkTexts(folder: string): Text[] {
  const { cases } = JSON.parse(readFileSync(join(folder, 'nexmark', 'queries.json'), 'utf8')) as {
    readonly cases: ReadonlyArray<{
      readonly name: string;
      readonly sql: string;
      readonly expected: readonly string[];
    }>;
  };
  return cases.map((given) => ({
    suite: 'nexmark',
    name: given.name,
    tables: [
      ...STREAMS,
      table(`nexmark_${given.name}`, RESULTS[given.name] ?? ['n BIGINT'], "('connector' = 'result-table')"),
    ].join(' '),
    query: given.sql.replace(/CREATE MATERIALIZED VIEW (\w+)\s+AS\b/i, 'INSERT INTO $1'),
    differences: (pipeline) => differencesOfBids(pipeline, folder, given.expected),
  }));
}

export interface TextCounts {
  readonly texts: number;
  readonly parsed: number;
  readonly planned: number;
  readonly passed: number;
  readonly refused: number;
  /** Planned, and of other rows than the given ones. */
  readonly wrong: number;
}

/** Each stage counts those that got further. */
export function textCounts(reports: readonly TextReport[]): Record<string, TextCounts> {
  const suites = [...new Set(reports.map(({ suite }) => suite))];
  return Object.fromEntries(
    suites.map((suite) => {
      const own = reports.filter((report) => report.suite === suite);
      const count = (...reached: ReadonlyArray<TextReport['reached']>) =>
        own.filter((report) => reached.includes(report.reached)).length;
      return [
        suite,
        {
          texts: own.length,
          parsed: count('parsed', 'planned', 'passed'),
          planned: count('planned', 'passed'),
          passed: count('passed'),
          refused: count('nothing', 'parsed'),
          wrong: count('planned'),
        },
      ];
    }),
  );
}

export function shownTexts(reports: readonly TextReport[]): string {
  const lines = Object.entries(textCounts(reports)).map(
    ([suite, { texts, parsed, planned, passed, refused, wrong }]) =>
      `SQL of ${suite}: ${texts} texts, ${parsed} parsed, ${planned} planned, ${passed} passed, ${refused} refused, ${wrong} wrong`,
  );
  const reasons = reports.flatMap(({ suite, name, reached, reasons: given }) =>
    given.map((reason) => `${reached === 'planned' ? 'WRONG' : 'refused'} ${suite} ${name}: ${reason}`),
  );
  return [...reasons, '', ...lines, ''].join('\n');
}
