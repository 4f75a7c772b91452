/**
 * Charges of cards that do not exist, generated from a seed. Among them are frauds of one kind, planted where they are
 * known: somebody tries a stolen card with a small sum and, when that goes through, takes a large one within the minute.
 * Beside them are charges that only look like it.
 */
import { arrivalsInput, type Arrival } from './arrivals.ts';
import { Dice } from './dice.ts';
import type { Input } from './input.ts';

export interface GeneratedCharge {
  readonly chargeId: string;
  readonly card: string;
  /** [ms since 1970] */
  readonly timeMs: number;
  readonly cents: number;
  readonly merchant: string;
}

export interface PlantedFraud {
  readonly card: string;
  readonly smallId: string;
  readonly largeId: string;
}

const SEED = 20_260_302;
const PURCHASES = 60_000;
const CARDS = 4_000;
const FIRST_MS = Date.UTC(2026, 2, 2);
/** From one purchase to the next one on average. */
const PACE_MS = 3_000;
const SECOND_MS = 1_000;
const MERCHANTS = [
  'bakery',
  'bookshop',
  'cinema',
  'grocer',
  'hotel',
  'pharmacy',
  'petrol station',
  'web shop',
] as const;

export function chargesInput(): Input {
  const { arrivals } = generatedCharges();
  return arrivalsInput({
    identity: `charges-${SEED}-1`,
    label: 'generated charges',
    keyOf: ({ card }) => card,
    arrivals,
  });
}

export function generatedCharges(): {
  readonly arrivals: ReadonlyArray<Arrival<GeneratedCharge>>;
  readonly frauds: readonly PlantedFraud[];
} {
  const dice = new Dice(SEED);
  const arrivals: Array<Arrival<GeneratedCharge>> = [];
  const frauds: PlantedFraud[] = [];
  const charge = (card: string, timeMs: number, cents: number): string => {
    const value = { chargeId: `c${arrivals.length}`, card, timeMs, cents, merchant: dice.pick(MERCHANTS) };
    arrivals.push({ value, arrivedMs: timeMs + delayMs(dice) });
    return value.chargeId;
  };
  for (let purchase = 0; purchase < PURCHASES; purchase++) {
    const timeMs = FIRST_MS + purchase * PACE_MS + dice.between(0, PACE_MS);
    if (!dice.chance(0.01)) {
      charge(cardOf(dice.between(1, CARDS)), timeMs, dice.between(100, 30_000));
      continue;
    }
    // A card of its own for each story, so that nothing else happens on it.
    const card = cardOf(CARDS + purchase);
    const small = (atMs: number): string => charge(card, atMs, dice.between(1, 99));
    const large = (atMs: number): string => charge(card, atMs, dice.between(50_000, 400_000));
    switch (dice.pick(['fraud', 'fraud', 'too slow', 'large first', 'only large', 'only small'])) {
      case 'fraud':
        frauds.push({ card, smallId: small(timeMs), largeId: large(timeMs + dice.between(1, 59) * SECOND_MS) });
        break;
      case 'too slow':
        small(timeMs);
        large(timeMs + dice.between(60, 120) * SECOND_MS);
        break;
      case 'large first':
        large(timeMs);
        small(timeMs + dice.between(1, 59) * SECOND_MS);
        break;
      case 'only large':
        large(timeMs);
        break;
      case 'only small':
        small(timeMs);
    }
  }
  return { arrivals, frauds };
}

const cardOf = (number: number): string => `card-${String(number).padStart(5, '0')}`;

/** Most within seconds, so that a large charge may well come before the small one; a few when a terminal is online again. */
function delayMs(dice: Dice): number {
  return dice.chance(0.99) ? dice.between(0, 20 * SECOND_MS) : dice.between(0, 600 * SECOND_MS);
}
