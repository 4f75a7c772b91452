import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { firstLineOf, tidemark } from './command.ts';

const absolute = (path: string): string => JSON.stringify(resolve(import.meta.dirname, '../..', path));

const PIPELINE = `
import * as z from ${absolute('node_modules/zod/mini/index.js')};
import { count, kinesis, pipeline, resultTable, tumbling } from ${absolute('engine/index.ts')};
export default pipeline('restored')
  .source(kinesis({ stream: 'restored', partitionKey: 'k', schema: z.object({ k: z.string(), t: z.int() }) }))
  .eventTime(({ t }) => t, { maxOutOfOrdernessMs: 0 })
  .keyBy('k')
  .window(tumbling({ sizeMs: 100 }))
  .aggregate({ n: count() })
  .to(resultTable());
`;

describe('a log table that is restored on this machine, with a mapping that goes on at its own position', () => {
  let folder: string;
  let pipeline: string;
  let data: readonly string[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-loss-'));
    pipeline = join(folder, 'restored.ts');
    data = ['--data-dir', join(folder, 'data')];
    writeFileSync(pipeline, PIPELINE);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const log = (): string => join(folder, 'data', 'restored', 'dynamodb');
  /** Puts readings of key `a` at these times, in a shard of their own. */
  const putting = (...times: readonly number[]): readonly string[] => {
    const file = join(folder, `${times.join('-')}.ndjson`);
    writeFileSync(file, times.map((t) => JSON.stringify({ k: 'a', t })).join('\n'));
    return ['local', pipeline, '--input', file, '--exit', ...data];
  };
  const run = (command: readonly string[]): Record<string, unknown> => {
    const { status, stdout, stderr } = tidemark(...command, '--json');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  /** The shard of key `a`: the others have had no record. */
  const inspected = (): unknown => {
    const lines = tidemark('inspect', pipeline, '--json', ...data)
      .stdout.trim()
      .split('\n');
    return lines.map((line) => JSON.parse(line) as { recordsIn: number }).find(({ recordsIn }) => recordsIn > 0);
  };

  it('halts at the hole, names the command that accepts it, goes on after that, and shows the loss', async () => {
    expect(run(putting(1, 2, 3))).toMatchObject({ recordsIn: 3, lossesAccepted: 0 });
    cpSync(log(), join(folder, 'backup'), { recursive: true });
    expect(run(putting(4, 5))).toMatchObject({ recordsIn: 5 });
    rmSync(log(), { recursive: true });
    cpSync(join(folder, 'backup'), log(), { recursive: true });

    const halt = await firstLineOf(putting(6, 150), /accept-loss/);
    const [, ...command] =
      /npx tidemark (accept-loss) (restored) (--partition shardId-\d+) (--from \d+) (--to \d+)/.exec(halt ?? '') ?? [];
    expect(command).toHaveLength(5);
    const [name = '', , ...flags] = command;
    const accept = (...more: readonly string[]) =>
      tidemark(name, pipeline, ...flags.flatMap((flag) => flag.split(' ')), ...more, ...data);

    const dry = accept('--dry-run', '--json');
    expect(dry).toMatchObject({ status: 0 });
    expect(JSON.parse(dry.stdout)).toMatchObject({
      outcome: 'not written',
      version: 1,
      lossesAccepted: 0,
      records: { count: 2, isAll: true },
    });
    expect(inspected()).toMatchObject({ recordsIn: 3, lossesAccepted: 0 });
    expect(accept()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        / {2}2 records that the source still has, arrived from .*\naccepted: version 2 of /,
      ),
    });
    expect(accept()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('accepted already: nothing was written'),
    });

    expect(run(['local', pipeline, '--exit', ...data])).toMatchObject({ recordsIn: 5, counted: 5, lossesAccepted: 1 });
    expect(inspected()).toMatchObject({ recordsIn: 5, lossesAccepted: 1, verified: true });
    const rows = tidemark('results', pipeline, '--json', ...data)
      .stdout.trim()
      .split('\n')
      .map((row) => JSON.parse(row) as Record<string, unknown>);
    expect(rows).toMatchObject([{ key: 'a', windowStartMs: 0, n: 4 }]);
    expect(accept()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('from must be behind what log restored/0/restored/'),
    });
  }, 180_000);
});
