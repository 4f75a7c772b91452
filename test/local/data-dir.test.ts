import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimFolder, claimForReading } from '../../local/storage/claim.ts';
import { hasData, pipelineDir, prepareDataDir, removePipeline } from '../../local/storage/data-dir.ts';
import { isOpenToOthers } from '../../local/storage/owner-only.ts';
import { readLock, tryLock } from '../../local/storage/folder-lock.ts';
import { thisProcess } from '../../local/storage/process-identity.ts';

const GONE = { pid: 2 ** 22 - 1, startedAt: '1', role: 'local' };

describe('the data dir', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tidemark-data-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is marked when it is made, and known again', () => {
    prepareDataDir(join(root, 'new/dir'));
    prepareDataDir(join(root, 'new/dir'));
    expect(readFileSync(join(root, 'new/dir/tidemark.json'), 'utf8')).toBe('{"format":1}\n');
  });

  it.each([
    [
      'holds other things',
      'notes.txt',
      '',
      'DATA_DIR_FOREIGN',
      /data-dir must be empty or made by tidemark, got ".+"; pass another --data-dir$/,
    ],
    ['has a marker that is none', 'tidemark.json', '{', 'DATA_DIR_FOREIGN', /must be empty or made by tidemark/],
    [
      'is of another format',
      'tidemark.json',
      '{"format":2}',
      'DATA_DIR_FORMAT',
      /^data-dir must have format 1, got 2 in .+; pass another --data-dir or remove this one$/,
    ],
  ])('is refused when it %s', (_, file, text, code, line) => {
    writeFileSync(join(root, file), text);
    expect(() => prepareDataDir(root)).toThrow(
      expect.objectContaining({ kind: 'invalid', code, message: expect.stringMatching(line) }),
    );
    expect(existsSync(join(root, file))).toBe(true);
  });

  it('is refused when it is a file', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => prepareDataDir(join(root, 'file'))).toThrow(expect.objectContaining({ code: 'DATA_DIR_FOREIGN' }));
  });

  const onRights = process.platform === 'win32' ? it.skip : it;
  const modeOf = (...path: string[]): string => (statSync(join(root, ...path)).mode & 0o777).toString(8);

  onRights('is for its owner only, with all that is written into it later', () => {
    prepareDataDir(join(root, 'new'));
    mkdirSync(join(root, 'new/flights'));
    writeFileSync(join(root, 'new/flights/lock.json'), '');
    expect([
      modeOf('new'),
      modeOf('new/tidemark.json'),
      modeOf('new/flights'),
      modeOf('new/flights/lock.json'),
    ]).toEqual(['700', '600', '700', '600']);
    expect(isOpenToOthers(join(root, 'new'))).toBe(false);
  });

  onRights('that others may read is closed to them, and nothing beside it', () => {
    const before = process.umask(0);
    mkdirSync(join(root, 'old/flights/kinesis'), { recursive: true });
    for (const file of ['old/tidemark.json', 'old/flights/kinesis/000005.log', 'beside.txt'])
      writeFileSync(join(root, file), '{"format":1}');
    chmodSync(join(root, 'old/flights/kinesis/000005.log'), 0o754);
    symlinkSync(join(root, 'beside.txt'), join(root, 'old/link'));
    process.umask(before);
    chmodSync(join(root, 'old'), 0o700); // closed by hand: what is in it is not
    prepareDataDir(join(root, 'old'));
    expect([
      modeOf('old'),
      modeOf('old/tidemark.json'),
      modeOf('old/flights'),
      modeOf('old/flights/kinesis'),
      modeOf('old/flights/kinesis/000005.log'),
    ]).toEqual(['700', '600', '700', '700', '700']);
    expect(modeOf('beside.txt')).toBe('666');
  });

  it('forgets one pipeline and keeps the others', () => {
    prepareDataDir(root);
    const dirs = ['flights', 'orders'].map((name) => pipelineDir(root, name));
    for (const dir of dirs) {
      mkdirSync(dir.dynamodb, { recursive: true });
      mkdirSync(join(dir.lake, dir.pipeline), { recursive: true });
    }
    removePipeline(pipelineDir(root, 'flights'));
    expect(dirs.map((dir) => [hasData(dir), existsSync(join(dir.lake, dir.pipeline))])).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('has one owner at a time', async () => {
    const dir = pipelineDir(root, 'flights');
    const release = await claimFolder(dir);
    await expect(claimFolder(dir)).rejects.toMatchObject({ kind: 'invalid', code: 'PIPELINE_RUNNING' });
    release();
    (await claimFolder(dir))();
  });

  it('tells readers where the run that owns it can be reached', async () => {
    const dir = pipelineDir(root, 'flights');
    const release = await claimFolder(dir);
    const run = { ...thisProcess(), stream: 's', kinesisEndpoint: 'http://k', dynamodbEndpoint: 'http://d' };
    writeFileSync(dir.runFile, JSON.stringify(run));
    expect(await claimForReading(dir)).toEqual({ kind: 'running', run });
    release();
    expect(await claimForReading(dir)).toMatchObject({ kind: 'mine' });
  });
});

describe('the lock', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-lock-'));
    path = join(folder, 'lock.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['whose process is gone', JSON.stringify(GONE)],
    [
      'whose number another process got since',
      JSON.stringify({ ...thisProcess(), startedAt: 'earlier', role: 'local' }),
    ],
    ['that is no lock', '{"pi'],
  ])('is taken over from one %s', (_, text) => {
    writeFileSync(path, text);
    expect(tryLock(path, 'local').kind).toBe('locked');
    expect(readLock(path)).toMatchObject({ pid: process.pid });
  });

  it('is not released by one who has lost it', () => {
    const mine = tryLock(path, 'local');
    writeFileSync(path, JSON.stringify(GONE));
    if (mine.kind === 'locked') mine.release();
    expect(readLock(path)).toEqual(GONE);
  });
});
