import { describe, expect, it } from '@jest/globals';
import { parseStage, parseTarget, stageSettings } from '../../lib/settings.ts';
import type { StageOverrides } from '../../lib/settings.ts';

describe('stageSettings', () => {
  it('keeps data in prod and not in dev', () => {
    expect(stageSettings('prod').retainData).toBe(true);
    expect(stageSettings('dev').retainData).toBe(false);
  });

  it('takes an override before the default', () => {
    expect(stageSettings('prod', { retainData: false, memoryMiB: 512 })).toMatchObject({
      retainData: false,
      memoryMiB: 512,
      timeoutMs: 60_000,
    });
  });

  it('gives a frozen value', () => {
    expect(Object.isFrozen(stageSettings('dev'))).toBe(true);
  });

  it.each<[string, StageOverrides]>([
    ['no shard', { streamCapacity: { mode: 'provisioned', shardCount: 0 } }],
    ['half a shard', { streamCapacity: { mode: 'provisioned', shardCount: 1.5 } }],
    ['records for less than a day', { streamRetentionHours: 23 }],
    ['records for more than a year', { streamRetentionHours: 8_761 }],
    ['less memory than Lambda has', { memoryMiB: 127 }],
    ['more memory than Lambda has', { memoryMiB: 10_241 }],
    ['a batch of more than 15 minutes', { timeoutMs: 900_001 }],
    ['a part of a second', { timeoutMs: 10_500 }],
    ['an age that no batch is below', { maxIteratorAgeMs: 59_999 }],
    ['an age at which records are already at risk', { streamRetentionHours: 24, maxIteratorAgeMs: 12 * 3_600_000 + 1 }],
    ['a lag of less than nothing', { maxWatermarkLagMs: -1 }],
    ['an e-mail address without a host', { alarmEmails: ['on-call'] }],
    ['a recovery period of no day', { recoveryDays: 0 }],
    ['a recovery period above that of DynamoDB', { recoveryDays: 36 }],
    ['an inline limit that makes every body an object', { inlineLimitKiB: 0 }],
    ['an inline limit above what an item holds', { inlineLimitKiB: 121 }],
    ['late records for no day', { refusedRetentionDays: 0 }],
    ['an archive for half a day', { archiveRetentionDays: 0.5 }],
    [
      'a retained table by its ARN',
      { retained: { orders: { logTable: 'arn:aws:dynamodb:eu-west-1:1:table/log', snapshotBucket: 'snapshots' } } },
    ],
    ['a retained bucket by its URL', { retained: { orders: { logTable: 'log-1', snapshotBucket: 's3://snapshots' } } }],
    ['a retained log without its snapshots', { retained: { orders: { logTable: 'log-1' } as never } }],
    ['a stream by its name', { existingStreamArns: { purchases: 'purchases' } }],
  ])('refuses %s', (_, overrides) => {
    expect(() => stageSettings('dev', overrides)).toThrow(
      expect.objectContaining({ code: 'INVALID_SETTING', kind: 'invalid' }),
    );
  });

  it('accepts the ends of each range', () => {
    const ends: StageOverrides[] = [
      {
        streamCapacity: { mode: 'provisioned', shardCount: 1 },
        streamRetentionHours: 24,
        memoryMiB: 128,
        timeoutMs: 10_000,
      },
      {
        streamCapacity: { mode: 'provisioned', shardCount: 10_000 },
        streamRetentionHours: 8_760,
        memoryMiB: 10_240,
        timeoutMs: 900_000,
      },
    ];
    for (const overrides of ends) expect(stageSettings('dev', overrides)).toMatchObject(overrides);
  });
});

describe('parseStage', () => {
  it('knows dev and prod', () => {
    expect(['dev', 'prod'].map(parseStage)).toEqual(['dev', 'prod']);
  });

  it('says which stages there are', () => {
    expect(() => parseStage('staging')).toThrow('stage must be dev or prod, got "staging"; pass -c stage=dev');
  });
});

describe('parseTarget', () => {
  it('knows aws and emulator', () => {
    expect(['aws', 'emulator'].map(parseTarget)).toEqual(['aws', 'emulator']);
  });

  it('says which targets there are', () => {
    expect(() => parseTarget('localstack')).toThrow(
      'target must be aws or emulator, got "localstack"; pass -c target=aws',
    );
  });
});
