import { describe, expect, it } from '@jest/globals';
import { CommanderError } from 'commander';
import { TidemarkError } from '../../engine/errors.ts';
import { failureOf } from '../../local/cli/failure.ts';
import { localOptionsOf } from '../../local/cli/local-options.ts';
import { loadPipeline } from '../../local/load-pipeline.ts';

describe('the flags of tidemark local', () => {
  it('have defaults', () => {
    expect(localOptionsOf({})).toEqual({ skip: 0, dataDir: '.tidemark', fresh: false, exit: false, json: false });
  });

  it('are read', () => {
    const flags = {
      records: '5',
      skip: '0',
      shards: '64',
      rate: '1',
      input: 'a',
      dataDir: 'b',
      fresh: true,
      exit: true,
      json: true,
    };
    expect(localOptionsOf(flags)).toEqual({
      records: 5,
      skip: 0,
      shards: 64,
      rate: 1,
      input: 'a',
      dataDir: 'b',
      fresh: true,
      exit: true,
      json: true,
    });
  });

  it.each([
    [{ records: 'abc' }, 'records must be an integer above 0, got "abc"; pass --records 100000'],
    [{ records: '0' }, 'records must be an integer above 0, got "0"; pass --records 100000'],
    [{ records: '1e3' }, 'records must be an integer above 0, got "1e3"; pass --records 100000'],
    [{ skip: '-1' }, 'skip must be an integer of 0 or more, got "-1"; pass --skip 50000'],
    [{ shards: '65' }, 'shards must be an integer in [1, 64], got "65"; pass --shards 4'],
    [{ rate: '9007199254740992' }, 'rate must be an integer above 0, got "9007199254740992"; pass --rate 1000'],
    [{ input: '' }, 'input must be a text that is not empty, got ""; pass --input FILE.ndjson'],
    [{ dataDir: '' }, 'data-dir must be a text that is not empty, got ""; leave it out for .tidemark'],
  ])('refuse %j', (flags, message) => {
    expect(() => localOptionsOf(flags)).toThrow(expect.objectContaining({ code: 'INVALID_SETTING', message }));
  });
});

describe('the end of a command', () => {
  it.each([
    ['2 for what the user can correct', new TidemarkError('invalid', 'X', 'a must be b'), 'tidemark: a must be b', 2],
    ['1 for anything else, in one line', new TidemarkError('unavailable', 'X', 'gone\nstack'), 'tidemark: gone', 1],
    [
      '1 for a full disk, with what to do',
      Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' }),
      'tidemark: ENOSPC: no space; free some space and start again, nothing is lost',
      1,
    ],
    ['1 for what nobody expected', new Error('boom'), 'tidemark: boom', 1],
    ['0 after the help', new CommanderError(0, 'commander.helpDisplayed', ''), '', 0],
    ['2 for an unknown option', new CommanderError(1, 'commander.unknownOption', ''), '', 2],
  ])('is %s', (_, error, line, exitCode) => {
    expect(failureOf(error)).toEqual({ line, exitCode });
  });
});

describe('the name of a pipeline', () => {
  it('must be known', async () => {
    await expect(loadPipeline('nope')).rejects.toMatchObject({
      code: 'UNKNOWN_PIPELINE',
      message: expect.stringMatching(
        /^pipeline must be one of .*flights.*, or the path of a \.ts or \.sql file, got "nope"; correct the name$/,
      ),
    });
  });

  it('may be a path, of a file that is there', async () => {
    await expect(loadPipeline('./nope.ts')).rejects.toMatchObject({
      code: 'UNKNOWN_PIPELINE',
      message: expect.stringMatching(/^pipeline must be a file that is there, got ".*\/nope\.ts"; correct the path$/),
    });
  });
});
