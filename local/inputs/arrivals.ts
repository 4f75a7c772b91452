import type { Input } from './input.ts';

const PIECE = 1_000;

/** Something that has happened, and when word of it came. */
export interface Arrival<V> {
  readonly value: V;
  readonly arrivedMs: number;
}

export interface ArrivalsSettings<V> {
  /** Names all that decides what the records are: another list is another input. */
  readonly identity: string;
  readonly label: string;
  readonly keyOf: (value: V) => string;
  /** Of two at one moment, the one that is named first comes first. */
  readonly arrivals: readonly Arrival<V>[];
}

/** A list as input, in the order of arrival. */
export function arrivalsInput<V>({ identity, label, keyOf, arrivals }: ArrivalsSettings<V>): Input {
  const inOrder = arrivals.toSorted((a, b) => a.arrivedMs - b.arrivedMs);
  return {
    identity,
    label,
    length: inOrder.length,
    async *read(start, end) {
      for (let from = start; from < end; from += PIECE) {
        yield inOrder
          .slice(from, Math.min(from + PIECE, end))
          .map(({ value }) => ({ partitionKey: keyOf(value), data: Buffer.from(JSON.stringify(value)) }));
      }
    },
  };
}
