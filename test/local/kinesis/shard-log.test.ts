import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKinesis } from '../../../local/emulators/start.ts';
import { ShardLog } from '../../../local/emulators/kinesis/shard-log.ts';

describe('the log of a shard', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-log-'));
    path = join(folder, 'shard.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const record = (text: string) => ({ partitionKey: `ä${text}`, data: Buffer.from(text) });
  const textsOf = (log: ShardLog) => log.read(0, 100, 1_000_000).map(({ data }) => data.toString());
  const written = (): ShardLog => {
    const log = new ShardLog(path);
    log.append([record('a'), record('')], 10);
    log.append([record('c')], 20);
    return log;
  };

  it('holds every record when it is opened again', () => {
    written().close();
    const log = new ShardLog(path);
    expect(log.read(0, 100, 1_000_000)).toEqual([
      { ...record('a'), arrivedAtMs: 10 },
      { ...record(''), arrivedAtMs: 10 },
      { ...record('c'), arrivedAtMs: 20 },
    ]);
    log.close();
  });

  it('drops the record that a kill has cut, at whatever byte, and goes on before it', () => {
    written().close();
    const whole = readFileSync(path);
    const { size } = statSync(path);
    for (let cut = 1; cut <= 21; cut++) {
      writeFileSync(path, whole);
      truncateSync(path, size - cut);
      const log = new ShardLog(path);
      expect([cut, textsOf(log)]).toEqual([cut, ['a', '']]);
      expect(statSync(path).size).toBe(size - 22);
      log.append([record('d')], 30);
      expect(textsOf(log)).toEqual(['a', '', 'd']);
      log.close();
    }
  });

  it('refuses to open when a byte is not what was written', () => {
    written().close();
    const bytes = readFileSync(path);
    bytes[25] = (bytes[25] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(() => new ShardLog(path)).toThrow(expect.objectContaining({ code: 'STREAM_DAMAGED' }));
    rmSync(path);
    written().close();
    appendFileSync(path, Buffer.alloc(100));
    expect(() => new ShardLog(path)).toThrow(/must hold the records that were put, got others at byte \d+; restore it/);
  });

  it('reads no more than was asked for, but one record always', () => {
    const log = written();
    expect(log.read(0, 2, 1_000_000)).toHaveLength(2);
    expect(log.read(0, 10, 1)).toHaveLength(1);
    expect(log.read(3, 10, 1_000_000)).toEqual([]);
    expect([log.firstSince(0), log.firstSince(11), log.firstSince(21)]).toEqual([0, 2, 3]);
    expect(log.append([record('d')], 5)).toBe(20);
    log.close();
  });
});

describe('the streams of an earlier release', () => {
  it('are refused with a text that says what to do, and stay as they are', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-earlier-'));
    writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-000004\n');
    await expect(startKinesis(folder)).rejects.toMatchObject({
      code: 'STREAM_FORMAT',
      message: `${folder} must hold streams of this release, got those of an earlier one; finish the run with that release, pass another --data-dir, or start over with --fresh`,
    });
    expect(readFileSync(join(folder, 'CURRENT'), 'utf8')).toBe('MANIFEST-000004\n');
    rmSync(folder, { recursive: true });
  });
});
