import { describe, expect, it } from '@jest/globals';
import { generatedCharges } from '../../local/inputs/charges.ts';
import { fraudReference } from '../verify/pipelines/fraud-reference.ts';
import { chargesInput } from '../../local/inputs/charges.ts';

describe('the generated charges', () => {
  it('hold the planted frauds, and no other that looks like one', async () => {
    const { arrivals, frauds } = generatedCharges();
    const { results, sideOutputs } = await fraudReference(chargesInput(), arrivals.length, 1);
    const tooLate = new Set(
      sideOutputs['too-late']?.map(({ value }) => (JSON.parse(String(value)) as { chargeId: string }).chargeId),
    );
    const provable = frauds.filter(({ smallId, largeId }) => !tooLate.has(smallId) && !tooLate.has(largeId));
    expect(results.map(({ key, smallId, largeId }) => ({ card: key, smallId, largeId }))).toEqual(
      expect.arrayContaining(provable),
    );
    expect(results).toHaveLength(provable.length);
    expect(provable.length).toBeGreaterThan(150);
    expect(frauds.length).toBeGreaterThan(provable.length);
  });

  it('are the same every time', () => {
    expect(generatedCharges()).toEqual(generatedCharges());
  });
});
