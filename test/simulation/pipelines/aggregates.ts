import { count, max, mean, min, sum, type Aggregate } from '../../../engine/index.ts';
import type { Deployment, PlainClock, Reading } from './simulated-pipeline.ts';

/** A later definition has one aggregate more. */
export function aggregatesOf(deployment: Deployment): Readonly<Record<string, Aggregate<Reading>>> {
  const first = { readings: count(), total: sum('value'), mean: mean('value'), highest: max('value') };
  return deployment === 'later' ? { ...first, lowest: min('value') } : first;
}

/** A value, and whether the later definition counted it, which counts its own aggregate too. */
export interface Counted {
  readonly value: number;
  readonly isLater: boolean;
}

export function valuesOf(
  counted: readonly Counted[],
  { isLater }: Pick<PlainClock, 'isLater'>,
): Record<string, number | null> {
  const values = counted.map(({ value }) => value);
  const total = values.reduce((sum, value) => sum + value, 0);
  const all = { readings: values.length, total, mean: total / values.length, highest: Math.max(...values) };
  const since = counted.filter((one) => one.isLater).map(({ value }) => value);
  return isLater ? { ...all, lowest: since.length === 0 ? null : Math.min(...since) } : all;
}

/** Of all that was counted, where only one definition has. */
export function finalValues(counted: ReadonlyArray<Pick<Counted, 'value'>>): Record<string, number | null> {
  return valuesOf(
    counted.map(({ value }) => ({ value, isLater: false })),
    { isLater: false },
  );
}
