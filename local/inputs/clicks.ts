/**
 * Clicks of a shop that does not exist. Generated from a seed, to look like traffic: visitors come and go, most only look,
 * phones deliver late what they clicked in a tunnel, and a producer that got no answer sends again.
 */
import { arrivalsInput, type Arrival } from './arrivals.ts';
import { Dice } from './dice.ts';
import type { Input } from './input.ts';

export interface GeneratedClick {
  readonly eventId: string;
  readonly visitor: string;
  /** [ms since 1970] */
  readonly timeMs: number;
  readonly page: string;
  readonly action: 'view' | 'cart' | 'purchase';
  readonly cents: number;
  readonly agent: 'browser' | 'robot';
}

const SEED = 20_260_105;
const VISITS = 24_000;
const VISITORS = 6_000;
const FIRST_MS = Date.UTC(2026, 0, 5);
/** From one visit's begin to the next one's on average: 24,000 of them are ten days. */
const PACE_MS = 36_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export function clicksInput(): Input {
  return arrivalsInput({
    identity: `clicks-${SEED}-1`,
    label: 'generated clicks',
    keyOf: ({ visitor }) => visitor,
    arrivals: [...clicksOf(new Dice(SEED))],
  });
}

function* clicksOf(dice: Dice): Generator<Arrival<GeneratedClick>> {
  for (let visit = 0; visit < VISITS; visit++) {
    const startMs = FIRST_MS + visit * PACE_MS + dice.between(0, 10 * MINUTE_MS);
    const isOffline = dice.chance(0.01);
    const backOnlineMs = startMs + dice.between(20, 240) * MINUTE_MS;
    for (const click of visitOf(dice, visit, startMs)) {
      const arrivedMs = isOffline ? Math.max(backOnlineMs, click.timeMs) : click.timeMs + delayMs(dice);
      yield { value: click, arrivedMs };
      if (dice.chance(0.015)) yield { value: click, arrivedMs: arrivedMs + againMs(dice) };
    }
  }
}

/** Most at once, some from a queue, a few from a queue that had stopped. */
function delayMs(dice: Dice): number {
  if (dice.chance(0.95)) return dice.between(0, 20 * SECOND_MS);
  return dice.chance(0.95) ? dice.between(0, 10 * MINUTE_MS) : dice.between(10, 150) * MINUTE_MS;
}

function againMs(dice: Dice): number {
  return dice.chance(0.9) ? dice.between(1, 30) * SECOND_MS : dice.between(1, 150) * MINUTE_MS;
}

function* visitOf(dice: Dice, visit: number, startMs: number): Generator<GeneratedClick> {
  const isRobot = dice.chance(0.02);
  const visitor = isRobot
    ? `robot-${dice.between(1, 5)}`
    : `visitor-${String(dice.between(1, VISITORS)).padStart(4, '0')}`;
  let timeMs = startMs;
  let clicks = 0;
  const click = (page: string, action: GeneratedClick['action'] = 'view', cents = 0): GeneratedClick => {
    // Some go for lunch in the middle of it.
    if (clicks > 0) timeMs += dice.chance(0.02) ? dice.between(20, 60) * MINUTE_MS : dice.between(2, 180) * SECOND_MS;
    return {
      eventId: `${visit}-${clicks++}`,
      visitor,
      timeMs,
      page,
      action,
      cents,
      agent: isRobot ? 'robot' : 'browser',
    };
  };
  yield click(dice.pick(['/', '/', '/sale', '/blog']));
  const products = isRobot ? 20 : dice.pick([0, 0, 1, 2, 3, 5, 8]);
  for (let i = 0; i < products; i++) yield click(`/product/${dice.between(1, 120)}`);
  if (isRobot || products === 0 || !dice.chance(0.3)) return;
  yield click('/cart', 'cart');
  if (dice.chance(0.4)) yield click('/checkout', 'purchase', dice.between(499, 24_999));
}
