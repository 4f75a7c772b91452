import { grouped } from './progress.ts';
import { printable } from './printable.ts';
import type { Summary } from './summary.ts';

/** The reason that most dead letters share, with the first of them. */
export interface FrequentReason {
  readonly code: string;
  readonly count: number;
  readonly partition: string;
  readonly offset: string;
  readonly reason: string;
}

/** Whether more records fail than are counted: of those of this run, or of all when it had none. */
export function isMostlyDead({
  recordsIn,
  newRecordsIn,
  deadLetters,
  newDeadLetters,
}: Pick<Summary, 'recordsIn' | 'newRecordsIn' | 'deadLetters' | 'newDeadLetters'>): boolean {
  return newRecordsIn > 0 ? 2 * newDeadLetters > newRecordsIn : 2 * deadLetters > recordsIn;
}

/** @param lines dead letters as the lake has them */
export async function mostFrequent(
  lines: AsyncIterable<Readonly<Record<string, unknown>>>,
): Promise<FrequentReason | undefined> {
  const reasons = new Map<string, FrequentReason>();
  for await (const { code, partition, offset, reason } of lines) {
    const name = String(code);
    const known = reasons.get(name) ?? {
      code: name,
      count: 0,
      partition: String(partition),
      offset: String(offset),
      reason: String(reason),
    };
    reasons.set(name, { ...known, count: known.count + 1 });
  }
  return [...reasons.values()].reduce<FrequentReason | undefined>(
    (most, one) => (most === undefined || one.count > most.count ? one : most),
    undefined,
  );
}

/** @example 'MOST RECORDS ARE DEAD LETTERS: 5 of 6; 4 are KEY_MISMATCH, first at shardId-000000000000/4959: origin must equal …' */
export function deadLettersText(
  { recordsIn, newRecordsIn, deadLetters, newDeadLetters }: Summary,
  most: FrequentReason | undefined,
): string {
  const [dead, all] = newRecordsIn > 0 ? [newDeadLetters, newRecordsIn] : [deadLetters, recordsIn];
  const why =
    most === undefined
      ? ''
      : `; ${grouped(most.count)} are ${printable(most.code)}, first at ${most.partition}/${most.offset}: ${printable(most.reason, 200)}`;
  return `MOST RECORDS ARE DEAD LETTERS: ${grouped(dead)} of ${grouped(all)}${why}`;
}
