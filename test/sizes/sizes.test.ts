import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSizes } from './run.ts';

/** `npm run sizes` does the same with a million. */
const KEYS = 80_000;

describe('a shard with many keys', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-sizes-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is recovered by a fresh process after kills, through large deltas and snapshots, and fires every key once', async () => {
    const result = await runSizes(folder, { keys: KEYS, kills: 2, batch: 4_000 });
    expect(result).toMatchObject({
      keys: KEYS,
      kills: 2,
      reached: 2 * KEYS - 1,
      openWindows: KEYS,
      results: KEYS,
      wrong: 0,
    });
    expect(result.largestDeltaBytes).toBeGreaterThan(32_768);
    expect(result.snapshotBytes).toBeGreaterThan(result.largestDeltaBytes);
  }, 120_000);
});
