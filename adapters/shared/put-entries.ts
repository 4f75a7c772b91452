import { TidemarkError } from '../../engine/errors.ts';
import type { Clock, Random } from '../../engine/ports.ts';
import { isTransient } from './aws-failure.ts';
import { waitMs } from './back-off.ts';
import type { BackOff } from './back-off.ts';
import { refusalOf } from './record-refusal.ts';
import { SYSTEM_RANDOM } from './system-random.ts';

/** Why an entry was not taken, e.g. `ServiceUnavailableException`; undefined: it was. */
export type Refusal = string | undefined;

/** What a service says of one entry of a call. */
export interface Answer {
  readonly refusal: Refusal;
  /** The same in its words. */
  readonly text?: string | undefined;
}

export interface PutEntriesProps<E> {
  /** One call. @returns the answer to each entry, in order: an entry without one counts as refused */
  readonly send: (entries: readonly E[]) => Promise<readonly Answer[]>;
  readonly clock: Clock;
  readonly backOff: BackOff;
  /** @default SYSTEM_RANDOM */
  readonly random?: Pick<Random, 'unit'>;
  /** Name of the sink, for the error. */
  readonly sink: string;
}

/** An entry that may have been refused for what it is: sending it again is of no use. */
export interface RefusedEntry<E> {
  readonly entry: E;
  /** As the SDK throws one for a whole call. */
  readonly error: Error;
}

const NO_ANSWER: Answer = Object.freeze({ refusal: 'no answer' });

/**
 * Brings all entries of one call to a service that may take a part of them: the refused ones again, and only those,
 * until none is left or the tries are used up (PL-18). After a lost answer all of the call are sent again.
 *
 * @returns entries whose refusals may speak of them alone
 * @throws SINK_UNAVAILABLE (unavailable) when some are refused to the last · whatever the SDK throws
 */
export async function putEntries<E>(
  entries: readonly E[],
  { send, clock, backOff, random = SYSTEM_RANDOM, sink }: PutEntriesProps<E>,
): Promise<Array<RefusedEntry<E>>> {
  const final: Array<RefusedEntry<E>> = [];
  let rest = entries;
  for (let attempt = 1; rest.length > 0; attempt++) {
    const isLast = attempt >= backOff.attempts;
    let reason = '';
    try {
      const answers = await send(rest);
      const refused = rest.flatMap((entry, index) => {
        const error = errorOf(answers[index] ?? NO_ANSWER);
        return error === undefined ? [] : [{ entry, error }];
      });
      const again = refused.filter(({ error }) => refusalOf(error) === 'every row');
      final.push(...refused.filter(({ error }) => refusalOf(error) !== 'every row'));
      rest = again.map(({ entry }) => entry);
      reason = again[0]?.error.name ?? '';
    } catch (error) {
      if (isLast || !isTransient(error)) throw error;
    }
    if (rest.length === 0) break;
    if (isLast) {
      throw new TidemarkError(
        'unavailable',
        'SINK_UNAVAILABLE',
        `${rest.length} of ${entries.length} entries were refused ${attempt} times, the last time with ${reason}`,
        {
          context: { sink, refused: rest.length, entries: entries.length },
        },
      );
    }
    await clock.sleep(waitMs(backOff, attempt, random.unit()));
  }
  return final;
}

function errorOf({ refusal: name, text = '' }: Answer): Error | undefined {
  return name === undefined ? undefined : Object.assign(new Error(text), { name, $metadata: { httpStatusCode: 400 } });
}
