import { describe, expect, it } from '@jest/globals';
import { ORDER_TASKS, runOrderTask } from './tasks.ts';

/** A tenth of what `npm run model` draws. */
const CASES = 2_000;

describe('final results behind an exchange', () => {
  it.each(ORDER_TASKS.filter(({ without }) => without === undefined))(
    'are the same whoever overtakes whom and however batches are cut: $scenario',
    (task) => {
      expect(runOrderTask(task, CASES)).toMatchObject({ cases: CASES, differing: 0 });
    },
  );

  it.each(ORDER_TASKS.filter(({ without }) => without !== undefined))(
    'depend on the order of arrival when $without is bent: $scenario',
    (task) => {
      expect(runOrderTask(task, CASES).differing).toBeGreaterThan(10);
    },
  );

  it('are drawn alike from the same seed', () => {
    const [task] = ORDER_TASKS.filter(({ without }) => without === 'keptAGap');
    expect(task && runOrderTask(task, 500)).toEqual(task && runOrderTask(task, 500));
  });
});
