import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tidemark } from './command.ts';

const absolute = (path: string): string => JSON.stringify(resolve(import.meta.dirname, '../..', path));

/** Windows by user; with `behind` their results go on from there. */
const moduleOf = (behind: string): string => `
import * as z from ${absolute('node_modules/zod/mini/index.js')};
import { count, kinesis, pipeline, resultTable, sum, tumbling } from ${absolute('engine/index.ts')};
const Visit = z.object({ user: z.string(), t: z.int(), page: z.int() });
export default pipeline('visits')
  .source(kinesis({ stream: 'visits', partitionKey: 'user', schema: Visit }))
  .eventTime(({ t }) => t, { maxOutOfOrdernessMs: 100 })
  .keyBy('user')
  .window(tumbling({ sizeMs: 100 }))
  .aggregate({ pages: sum('page') })
  ${behind}
  .to(resultTable());
`;

const ADDED = `.keyBy('pages', { receivers: [2] }).window(tumbling({ sizeMs: 100 })).aggregate({ users: count() })`;
const FURTHER = `.keyBy('users', { receivers: [2] }).window(tumbling({ sizeMs: 1_000 })).aggregate({ n: count() })`;

interface Visit {
  readonly user: string;
  readonly t: number;
  readonly page: number;
}

const USERS = 16;
/** One for each user at a time, so that every shard has some. */
const visits = (fromMs: number, toMs: number): Visit[] =>
  Array.from({ length: (toMs - fromMs) / 10 }, (_, i) => fromMs + i * 10).flatMap((t) =>
    Array.from({ length: USERS }, (__, user) => ({
      user: `u${user}`,
      t,
      page: 100 + ((user * 7 + t / 10) % (3 + (user % 4))),
    })),
  );

/** How many rows have each key, by `key@start`. */
function counted(rows: ReadonlyArray<readonly [key: number, startMs: number]>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const [key, startMs] of rows) counts.set(`${key}@${startMs}`, (counts.get(`${key}@${startMs}`) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What each user has in each window that starts between these, as the plain way has it. */
function pagesOf(
  given: readonly Visit[],
  fromMs: number,
  toMs: number,
): Array<readonly [pages: number, startMs: number]> {
  const sums = new Map<string, number>();
  for (const { user, t, page } of given) {
    const place = `${user}@${Math.floor(t / 100) * 100}`;
    sums.set(place, (sums.get(place) ?? 0) + page);
  }
  return [...sums]
    .map(([place, pages]) => [pages, Number(place.slice(place.indexOf('@') + 1))] as const)
    .filter(([, startMs]) => startMs >= fromMs && startMs < toMs);
}

describe('a local pipeline to which an exchange is added', () => {
  let folder: string;
  let module: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-added-'));
    module = join(folder, 'visits.ts');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Puts these besides what was put before. */
  function run(behind: string, given: readonly Visit[]): Record<string, unknown> {
    const input = join(folder, 'in.ndjson');
    writeFileSync(input, given.map((visit) => `${JSON.stringify(visit)}\n`).join(''));
    writeFileSync(module, moduleOf(behind));
    const flags = ['--shards', '2', '--exit', '--json', '--input', input, '--data-dir', join(folder, 'data')];
    const { status, stdout, stderr } = tidemark('local', module, ...flags);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** `key@start` of the windows that have the column, with what it says. */
  function windows(column: string): Record<string, number> {
    const { stdout } = tidemark('results', module, '--data-dir', join(folder, 'data'), '--json');
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string | number>);
    const found = rows.filter((row) => row[column] !== undefined && row['windowStartMs'] !== undefined);
    return Object.fromEntries(
      found
        .map((row) => [`${row['key']}@${row['windowStartMs']}`, Number(row[column])] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  it('counts behind it what closes from then on, and behind a second one the same', () => {
    const before = visits(0, 500);
    expect(run('', before)).toMatchObject({ recordsIn: before.length, deadLetters: 0 });
    const after = [...visits(500, 1_500), ...visits(3_000, 3_010)];
    expect(run(ADDED, after)).toMatchObject({ recordsIn: before.length + after.length, late: 0, deadLetters: 0 });
    // By then the watermark was 390: the window of 300 was open, and has records from before.
    const all = [...before, ...after];
    expect(windows('users')).toEqual(counted(pagesOf(all, 300, 1_500)));

    const last = [...visits(3_010, 4_000), ...visits(7_000, 7_010)];
    run(ADDED + FURTHER, last);
    const users = counted(pagesOf([...all, ...last], 3_000, 4_000));
    expect(windows('n')).toEqual(counted(Object.values(users).map((n) => [n, 3_000] as const)));
    const doctor = tidemark('doctor', module, '--data-dir', join(folder, 'data'));
    expect({ status: doctor.status, stdout: doctor.status === 0 ? '' : doctor.stdout }).toEqual({
      status: 0,
      stdout: '',
    });
  }, 120_000);
});
