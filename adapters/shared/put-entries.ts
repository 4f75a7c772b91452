import { TidemarkError } from '../../engine/errors.ts';
import type { Clock, Random } from '../../engine/ports.ts';
import { isTransient } from './aws-failure.ts';
import { waitMs } from './back-off.ts';
import type { BackOff } from './back-off.ts';
import { SYSTEM_RANDOM } from './system-random.ts';

/** Why an entry was not taken, e.g. `ServiceUnavailableException`; undefined: it was. */
export type Refusal = string | undefined;

export interface PutEntriesProps<E> {
  /** One call. @returns the refusal of each entry, in order: an entry without an answer counts as refused */
  readonly send: (entries: readonly E[]) => Promise<readonly { readonly refusal: Refusal }[]>;
  readonly clock: Clock;
  readonly backOff: BackOff;
  /** @default SYSTEM_RANDOM */
  readonly random?: Pick<Random, 'unit'>;
  /** Name of the sink, for the error. */
  readonly sink: string;
}

/**
 * Brings all entries of one call to a service that may take a part of them: the refused ones again, and only those,
 * until none is left or the tries are used up (PL-18). After a lost answer all of the call are sent again.
 *
 * @throws SINK_UNAVAILABLE (unavailable) when some are refused to the last · whatever the SDK throws
 */
export async function putEntries<E>(entries: readonly E[], { send, clock, backOff, random = SYSTEM_RANDOM, sink }: PutEntriesProps<E>): Promise<void> {
  let rest = entries;
  for (let attempt = 1; rest.length > 0; attempt++) {
    const isLast = attempt >= backOff.attempts;
    let reason = '';
    try {
      const answers = await send(rest);
      const refusals = rest.map((_, index) => (answers[index] === undefined ? 'no answer' : answers[index].refusal));
      rest = rest.filter((_, index) => refusals[index] !== undefined);
      reason = refusals.find((refusal) => refusal !== undefined) ?? '';
    } catch (error) {
      if (isLast || !isTransient(error)) throw error;
    }
    if (rest.length === 0) return;
    if (isLast) {
      throw new TidemarkError('unavailable', 'SINK_UNAVAILABLE', `${rest.length} of ${entries.length} entries were refused ${attempt} times, the last time with ${reason}`, {
        context: { sink, refused: rest.length, entries: entries.length },
      });
    }
    await clock.sleep(waitMs(backOff, attempt, random.unit()));
  }
}
