import { describe, expect, it } from '@jest/globals';
import { planOf } from './plan.ts';
import { simulate } from './simulate.ts';

describe('a hostile world', () => {
  it('ends with every record counted once, for each of 40 seeds', async () => {
    const failures: string[] = [];
    let faults = 0;
    for (let seed = 1_000_000; seed < 1_000_040; seed++) {
      const outcome = await simulate(seed);
      faults += outcome.faults.length;
      if (outcome.failure !== undefined)
        failures.push(`npm run simulate -- --seed ${seed} --trace: ${outcome.failure}`);
    }
    expect(failures).toEqual([]);
    expect(faults).toBeGreaterThan(3_000);
  }, 120_000);

  it('ends with every row taken once behind an exchange, for each of 10 seeds', async () => {
    const failures: string[] = [];
    let crossed = 0;
    for (let seed = 1_000_000; seed < 1_000_010; seed++) {
      const { failure, contents } = await simulate(seed, undefined, planOf(seed, 'exchange'));
      crossed += contents['exchange: rows crossed'] ?? 0;
      if (failure !== undefined) failures.push(`npm run simulate -- --seed ${seed} --exchange --trace: ${failure}`);
    }
    expect(failures).toEqual([]);
    expect(crossed).toBeGreaterThan(400);
  }, 60_000);

  it('is the same world again for the same seed', async () => {
    expect(await simulate(42)).toEqual(await simulate(42));
  });

  it('holds without any fault', async () => {
    expect((await simulate(7, new Set())).failure).toBeUndefined();
  });
});
