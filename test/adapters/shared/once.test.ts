import { describe, expect, it } from '@jest/globals';
import { once } from '../../../adapters/shared/once.ts';

describe('what is loaded once', () => {
  it('is loaded with the first call, for all calls', async () => {
    let loads = 0;
    const load = once(() => Promise.resolve(++loads));
    expect(loads).toBe(0);
    expect(await Promise.all([load(), load()])).toEqual([1, 1]);
  });

  it('is loaded again by the call after one that failed', async () => {
    let loads = 0;
    const load = once(() => (++loads === 1 ? Promise.reject(new Error('no')) : Promise.resolve(loads)));
    await expect(load()).rejects.toThrow('no');
    expect(await load()).toBe(2);
  });
});
