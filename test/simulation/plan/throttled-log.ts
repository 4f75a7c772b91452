import { UNSEEN_HOLD_MS } from '../../../engine/tick/idle-watermark.ts';
import type { Plan, PlannedShard } from '../plan.ts';
import { isSteady } from './restore.ts';
import { START_MS } from './times.ts';
import type { SeededRandom } from '../world/random.ts';

/** A log of which no request gets through for hours: the table answers those of all other logs. */
export interface ThrottledLog {
  readonly shard: PlannedShard;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Behind the hour for which the others wait: for the backlog that other faults have left, and for the ticks. */
const MARGIN_MS = 1_800_000;

type Drawn = Pick<Plan, 'settings' | 'shards' | 'growsAtMs' | 'untold'>;

/**
 * Only where ticks bring the windows of the other partitions out, and where the source still has all that was not read
 * meanwhile.
 *
 * @param calmMs when all other faults have stopped
 */
export function planThrottledLog(
  { settings, shards, growsAtMs, untold }: Drawn,
  calmMs: number,
  random: SeededRandom,
): ThrottledLog | undefined {
  // More ticks than one in 20 s would make these hours long.
  const isTicked = settings.tickEveryMs >= 20_000 && settings.retentionMs === Infinity;
  const isDrawn = random.chance(0.3);
  if (
    !isDrawn ||
    !isSteady({ shards }) ||
    !isTicked ||
    growsAtMs < Infinity ||
    untold !== undefined ||
    shards.length < 2
  )
    return undefined;
  const lastMs = Math.max(START_MS, ...shards.flatMap(({ records }) => records.map((one) => one.arrivalTimeMs)));
  return {
    shard: random.pick(shards),
    fromMs: random.between(START_MS, lastMs),
    untilMs: Math.max(lastMs, calmMs) + UNSEEN_HOLD_MS + MARGIN_MS,
  };
}
