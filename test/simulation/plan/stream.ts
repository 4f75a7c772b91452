import { aggregateOf } from '../../support/aggregate.ts';
import type { PlannedPart, PlannedRecord, PlannedShard } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';
import { bytesOf, Producer } from './producer.ts';
import { FIRST_SOURCE, type Beginning } from './beginning.ts';
import { hashOf, ShardPlanner } from './shard-planner.ts';

/** From the last record of a stream that is deleted to the first of the one that takes its name. */
const REBIRTH_MS = 60_000;
/** So many records of a stream that is made again are of times that the one before had: both speak of these windows. */
const PUT_AGAIN = 80;

/**
 * A Kinesis stream and its one producer, whose records go where their keys' hashes say, while shards are split and merged
 * under it. Some are packed, for the shards of now or of a while ago; some are put elsewhere by an explicit hash key. Some
 * streams are deleted and made again under the same name, and get corrected records of a time that the first had.
 */
export function planStream(
  random: SeededRandom,
  madeAgain: 'never' | 'maybe' | 'certain',
  beginning: Beginning = FIRST_SOURCE,
): PlannedShard[] {
  const pauseMs = random.pick([10, 300, 3_000]);
  const reshardChance = random.pick([0, 0, 0.01, 0.05]);
  const packChance = random.pick([0, 0, 0.1, 0.6]);
  const quietChance = random.pick([0.01, 0.01, 0.05]);
  const producer = new Producer(random);
  const streams = [new ShardPlanner(random.between(1, 3), beginning.createdAtMs, beginning)];
  const isMadeAgain = (random.chance(0.2) && madeAgain === 'maybe') || madeAgain === 'certain';
  const bornAgainAt = isMadeAgain ? random.between(1, 150) : 0;
  let nowMs = beginning.startMs;
  const before: number[] = [];
  let again: number[] = [...beginning.again];
  // Sequence numbers cross a power of ten, so that comparing them as text goes wrong (PL-10).
  let offset = 10n ** 20n - BigInt(random.between(1, 40));
  for (let n = random.between(0, 250); n > 0; n--) {
    let stream = streams.at(-1) as ShardPlanner;
    if (n === bornAgainAt) {
      stream.deleteAll(nowMs + random.between(1, 5_000));
      nowMs += REBIRTH_MS;
      again = before.slice(-PUT_AGAIN);
      stream = new ShardPlanner(random.between(1, 3), nowMs, beginning);
      streams.push(stream);
    }
    nowMs += random.chance(quietChance) ? random.pick([20_000, 100_000, 400_000]) : random.between(0, pauseMs);
    if (random.chance(reshardChance)) stream.reshard(random, nowMs);
    offset += BigInt(random.between(1, 3));
    const timeMs = again.shift() ?? nowMs;
    before.push(timeMs);
    const parts = Array.from({ length: random.chance(packChance) ? random.between(1, 6) : 1 }, () =>
      producer.next(timeMs),
    );
    const isPacked = parts.length > 1 || random.chance(packChance);
    const [first] = parts as [PlannedPart];
    const record = { offset, subSequence: 0, partitionKey: first.partitionKey, arrivalTimeMs: nowMs };
    const hash = random.chance(0.02) ? undefined : hashOf(first.partitionKey);
    stream.put(
      isPacked ? pack(record, parts, random) : { ...record, data: bytesOf(first.text), parts: [first] },
      hash,
      random,
    );
  }
  return streams.flatMap(({ all }) => all);
}

/** Packed as the KPL does; some with explicit hash keys, right or wrong, some damaged on the way. */
function pack(
  record: Omit<PlannedRecord, 'data' | 'parts'>,
  parts: readonly PlannedPart[],
  random: SeededRandom,
): PlannedRecord {
  const keyed = parts.map((part) => {
    if (!random.chance(0.1)) return part;
    return {
      ...part,
      explicitHashKey: random.chance(0.5)
        ? String(hashOf(part.partitionKey))
        : random.chance(0.5)
          ? String(hashOf(random.id()))
          : 'no number',
    };
  });
  const data = aggregateOf(keyed.map(({ text, ...rest }) => ({ ...rest, data: text })));
  if (!random.chance(0.02)) return { ...record, data, parts: keyed, isPacked: true };
  const at = random.between(4, data.length - 1);
  return { ...record, data: Uint8Array.from(data, (byte, i) => (i === at ? byte ^ 1 : byte)), parts: undefined };
}
