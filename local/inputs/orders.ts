/**
 * Orders of shops that do not exist and what is paid for them, generated from a seed. Most are paid within minutes; some too
 * late, too little, twice, or never. Each record comes a little after it happened, and a few much later.
 */
import { TidemarkError } from '../../engine/errors.ts';
import { arrivalsInput, type Arrival } from './arrivals.ts';
import { Dice } from './dice.ts';
import type { Input } from './input.ts';

export interface GeneratedOrder {
  readonly orderId: string;
  readonly shop: string;
  /** [ms since 1970] */
  readonly timeMs: number;
  readonly cents: number;
}

export interface GeneratedPayment {
  readonly paymentId: string;
  readonly orderId: string;
  /** [ms since 1970] */
  readonly timeMs: number;
  readonly cents: number;
}

const SEED = 20_260_504;
const ORDERS = 30_000;
const FIRST_MS = Date.UTC(2026, 4, 4);
/** From one order to the next one on average. */
const PACE_MS = 3_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const SHOPS = ['bakery', 'bookshop', 'florist', 'grocer', 'pharmacy', 'toy shop'] as const;

/** Both streams are made of one story. */
let generated: ReturnType<typeof generatedOrders> | undefined;

/** @param stream `orders` or `payments` */
export function ordersInput(stream: string): Input {
  const { orders, payments } = (generated ??= generatedOrders());
  const common = { identity: `${stream}-${SEED}-1`, label: `generated ${stream}` };
  const keyOf = ({ orderId }: { readonly orderId: string }): string => orderId;
  if (stream === 'orders') return arrivalsInput({ ...common, keyOf, arrivals: orders });
  if (stream === 'payments') return arrivalsInput({ ...common, keyOf, arrivals: payments });
  const text = `stream must be orders or payments, got ${stream}; say where its records are`;
  throw new TidemarkError('internal', 'UNKNOWN_INPUT', text);
}

export function generatedOrders(): {
  readonly orders: ReadonlyArray<Arrival<GeneratedOrder>>;
  readonly payments: ReadonlyArray<Arrival<GeneratedPayment>>;
} {
  const dice = new Dice(SEED);
  const orders: Array<Arrival<GeneratedOrder>> = [];
  const payments: Array<Arrival<GeneratedPayment>> = [];
  for (let n = 0; n < ORDERS; n++) {
    const orderId = `o${String(n).padStart(5, '0')}`;
    const timeMs = FIRST_MS + n * PACE_MS + dice.between(0, PACE_MS);
    const cents = dice.between(200, 20_000);
    orders.push({ value: { orderId, shop: dice.pick(SHOPS), timeMs, cents }, arrivedMs: timeMs + delayMs(dice) });
    const pay = (atMs: number, paid: number): void => {
      const value = { paymentId: `p${payments.length}`, orderId, timeMs: atMs, cents: paid };
      payments.push({ value, arrivedMs: atMs + delayMs(dice) });
    };
    const soonMs = (): number => timeMs + dice.between(0, 15 * MINUTE_MS);
    switch (
      dice.pick(['paid', 'paid', 'paid', 'paid', 'at the last moment', 'too late', 'too little', 'twice', 'never'])
    ) {
      case 'paid':
        pay(soonMs(), cents);
        break;
      case 'at the last moment':
        pay(timeMs + 15 * MINUTE_MS + dice.between(0, 1), cents);
        break;
      case 'too late':
        pay(timeMs + dice.between(16, 60) * MINUTE_MS, cents);
        break;
      case 'too little':
        pay(soonMs(), cents - 1);
        break;
      case 'twice':
        pay(soonMs(), cents - 1);
        pay(soonMs(), cents);
        pay(soonMs(), cents + 100);
        break;
      case 'never':
    }
  }
  return { orders, payments };
}

/** Most within seconds, so that a payment may well come before its order; a few when a till is online again. */
function delayMs(dice: Dice): number {
  return dice.chance(0.99) ? dice.between(0, 20 * SECOND_MS) : dice.between(0, 10 * MINUTE_MS);
}
