import { SeededRandom } from '../../simulation/world/random.ts';
import { textOf, type Bid } from './query.ts';

const MIDNIGHT_MS = Date.UTC(2015, 6, 15);
const CHANNELS = ['Apple', 'GOOGLE', 'Facebook', 'baidu', 'channel-1', 'channel-2'] as const;
const QUERIES = ['query=1', 'query=1&channel_id=7', 'query=1&channel_id=', 'no_channel_id=3'] as const;

/**
 * Bids that are awkward: around midnight and days later, at the very ends of windows, with equal prices and times, and up to four
 * seconds out of order. Only `extra` tells some of them apart.
 */
export function generatedBids(seed: number): Bid[] {
  const random = new SeededRandom(seed, 'bids');
  const prices = [9_999, 10_000, 999_999, 1_000_000, 1_101_322, random.between(1, 100_000_000)];
  const timeMs = (): number => {
    const dayMs = random.pick([0, 0, 0, 1, 3]) * 86_400_000;
    const withinMs = random.between(-30, 30) * 1_000 + random.pick([0, 0, -1, 1, random.between(0, 999)]);
    return MIDNIGHT_MS + dayMs + withinMs;
  };
  return Array.from({ length: random.between(1, 120) }, (_, i) => {
    const atMs = timeMs();
    const bid = {
      auction: random.pick([1000, 1001, 1007, 2019]),
      bidder: random.between(1, 5),
      price: random.pick(prices),
      channel: random.pick(CHANNELS),
      url: `https://www.nexmark.com/${random.pick(['abc', 'd_e'])}/x/y/item.htm?${random.pick(QUERIES)}`,
      date_time: textOf(atMs),
      extra: `${random.pick(['c', 'cc', 'ab'])}${i}`,
    };
    return { bid, sentMs: atMs + random.between(0, 3_999) };
  })
    .sort((a, b) => a.sentMs - b.sentMs)
    .map(({ bid }) => bid);
}
