import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tidemark } from './command.ts';

const absolute = (path: string): string => JSON.stringify(resolve(import.meta.dirname, '../..', path));

/** Windows of 10 ms; zod is found from here, not from a temporary folder. */
const PIPELINE = `
import * as z from ${absolute('node_modules/zod/mini/index.js')};
import { count, kinesis, pipeline, resultTable, tumbling } from ${absolute('engine/index.ts')};
export default pipeline('typed')
  .source(kinesis({ stream: 'typed', partitionKey: 'k', schema: z.object({ k: z.string(), t: z.int() }) }))
  .eventTime(({ t }) => t, { maxOutOfOrdernessMs: 0 })
  .keyBy('k')
  .window(tumbling({ sizeMs: 10 }))
  .aggregate({ n: count() })
  .to(resultTable());
`;

/** As an editor on Windows writes it: a byte order mark, CR LF, blank lines, no newline at the end; the last line closes. */
const WINDOWS =
  '\ufeff{"k":"a","t":1}\r\n\r\n{"k":"a","t":2}\r\n   \r\n{"k":"\u00e9","t":3}\r\n{"k":"e\u0301","t":3}\r\n{"k":"a","t":25}';

describe('input from other machines', () => {
  let folder: string;
  let pipeline: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-input-'));
    pipeline = join(folder, 'typed.ts');
    writeFileSync(pipeline, PIPELINE);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, bytes: string | Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  it('is counted as what it says: no mark, no CR and no blank line is a record', () => {
    const data = join(folder, 'data');
    const run = tidemark(
      'local',
      pipeline,
      '--shards',
      '1',
      '--input',
      file('in.ndjson', WINDOWS),
      '--exit',
      '--json',
      '--data-dir',
      data,
    );
    expect(run).toMatchObject({ status: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({ recordsPut: 5, recordsIn: 5, counted: 5, deadLetters: 0 });
    const rows = tidemark('results', pipeline, '--json', '--data-dir', data)
      .stdout.trim()
      .split('\n')
      .map((row) => JSON.parse(row) as Record<string, unknown>);
    expect(rows.map(({ key, windowStartMs, n }) => [key, windowStartMs, n])).toEqual([
      ['a', 0, 2],
      ['e\u0301', 0, 1],
      ['\u00e9', 0, 1],
    ]);
  });

  (process.platform === 'win32' ? it.skip : it)('is kept, with all that comes of it, for its owner only', () => {
    const data = join(folder, 'data');
    const paths = readdirSync(data, { recursive: true, encoding: 'utf8' });
    expect(paths).toEqual(
      expect.arrayContaining([
        join('typed', 'kinesis'),
        join('typed', 'dynamodb'),
        join('typed', 'bundle'),
        join('typed', 'metrics.json'),
      ]),
    );
    expect(paths.filter((path) => (statSync(join(data, path)).mode & 0o077) !== 0)).toEqual([]);
  });

  it('that is skipped as a whole is named', () => {
    const { stderr } = tidemark(
      'local',
      pipeline,
      '--input',
      join(folder, 'in.ndjson'),
      '--skip',
      '9',
      '--exit',
      '--json',
      '--data-dir',
      join(folder, 'data'),
    );
    expect(stderr).toContain('--skip 9 leaves out all 5 records of in.ndjson: nothing is put\n');
    expect(stderr).toMatch(/^nothing new was read: /m);
  });

  it('is sent the same way, packed or not, and an empty one is named', () => {
    const data = ['--data-dir', join(folder, 'sent')];
    expect(tidemark('send', pipeline, file('in.ndjson.gz', gzipSync(WINDOWS)), ...data)).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^5 records are in stream typed/),
    });
    expect(tidemark('send', pipeline, file('blank.ndjson', '\n \r\n'), ...data)).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/blank\.ndjson holds no records: nothing was sent\n$/),
    });
    expect(tidemark('send', pipeline, file('wide.ndjson', Buffer.from(WINDOWS, 'utf16le')), ...data)).toMatchObject({
      status: 2,
      stderr:
        'tidemark: input must be lines of UTF-8 or gzip of it, got UTF-16; convert it: iconv -f UTF-16 -t UTF-8 FILE\n',
    });
    expect(JSON.parse(tidemark('local', pipeline, '--exit', '--json', ...data).stdout)).toMatchObject({
      recordsIn: 5,
      counted: 5,
      deadLetters: 0,
    });
  });
});
