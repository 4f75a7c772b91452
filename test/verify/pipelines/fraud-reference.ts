/** All charges of a card at once, sorted: what is the last small charge within the minute before each large one? */
import type { Input } from '../../../local/inputs/input.ts';
import type { Row } from '../compare.ts';
import { arrivalsOf } from './arrivals.ts';
import { countsOf, type Reference } from './reference.ts';

interface Charge {
  readonly chargeId: string;
  readonly card: string;
  readonly timeMs: number;
  readonly cents: number;
  readonly merchant: string;
}

export async function fraudReference(input: Input, records: number, shards: number): Promise<Reference> {
  const { records: arrived, watermarks } = await arrivalsOf<Charge>({
    input,
    records,
    shards,
    timeOf: ({ timeMs }) => timeMs,
    maxOutOfOrdernessMs: 30_000,
  });
  const isInTime = (timeMs: number, watermarkMs = Number.NEGATIVE_INFINITY): boolean => timeMs > watermarkMs;
  const seen = arrived
    .filter(
      ({ value, watermarkMs, shard }) =>
        isInTime(value.timeMs, watermarkMs) && !isInTime(value.timeMs, watermarks.get(shard)),
    )
    .map(({ value }) => value);
  const results = [...Map.groupBy(seen, ({ card }) => card).values()].flatMap(alertsOf);
  const tooLate = arrived
    .filter(({ value, watermarkMs }) => !isInTime(value.timeMs, watermarkMs))
    .map(({ value }) => sideOutput(value));
  return {
    results,
    firings: results,
    late: [],
    sideOutputs: { 'too-late': tooLate },
    counts: countsOf(arrived.length, { results, firings: results, late: [] }),
  };
}

function alertsOf(charges: readonly Charge[]): Row[] {
  return charges
    .filter(({ cents }) => cents >= 50_000)
    .flatMap((large) => {
      const before = charges.filter(
        ({ cents, timeMs }) => cents < 100 && timeMs <= large.timeMs && timeMs > large.timeMs - 60_000,
      );
      const small = before.toSorted((a, b) => a.timeMs - b.timeMs).at(-1);
      return small === undefined ? [] : [alert(small, large)];
    });
}

function alert(small: Charge, large: Charge): Row {
  const { card, timeMs, chargeId, cents, merchant } = large;
  return {
    key: card,
    windowStartMs: timeMs,
    windowEndMs: timeMs + 1,
    smallId: small.chargeId,
    smallCents: small.cents,
    largeId: chargeId,
    largeCents: cents,
    merchant,
    seconds: (timeMs - small.timeMs) / 1_000,
  };
}

function sideOutput(charge: Charge): Row {
  return { key: charge.card, eventTimeMs: charge.timeMs, value: JSON.stringify(charge) };
}
