import type { SeededRandom } from '../world/random.ts';
import type { Plan, PlannedRecord } from '../plan.ts';

/** A log table that is restored to an earlier moment, while objects, source and sinks stay as they are (docs/restore.md). */
export interface PlannedRestore {
  /** It happens when the logs have so many versions between them, or when all is read. */
  readonly afterVersions: number;
  /** So many are lost, but for the first of a log and what is older than `recoveryMs`. */
  readonly lostVersions: number;
  /** How far back the table can be restored [ms]. */
  readonly recoveryMs: number;
  /** Where the input goes on; at a position behind the restored log it must be refused, and is set back then. */
  readonly readFrom: 'start' | 'before' | 'behind';
  /** It happens once more, at its own number of versions; undefined: it does not. */
  readonly again: PlannedRestore | undefined;
}

type Drawn = Pick<Plan, 'settings' | 'shards' | 'redeploy' | 'growsAtMs' | 'refusedOf'>;

/**
 * Only where all that was lost comes again as it was: ticks are not repeated, expired records do not come again, records
 * that no broker has timed are held against the clock of their reader, and the dead letters of results stand in versions.
 */
export function planRestore(
  { settings, shards, redeploy, growsAtMs, refusedOf }: Drawn,
  random: SeededRandom,
): PlannedRestore | undefined {
  if (
    !isSteady({ shards }) ||
    !isRepeatable({ settings, shards, redeploy }) ||
    growsAtMs < Infinity ||
    refusedOf > 0 ||
    random.chance(0.2)
  )
    return undefined;
  const first = drawRestore(random);
  const { recoveryMs } = first;
  return random.chance(0.5) ? { ...first, again: { ...drawRestore(random), recoveryMs } } : first;
}

function drawRestore(random: SeededRandom): PlannedRestore {
  return {
    afterVersions: random.between(2, random.pick([10, 50, 150])),
    lostVersions: random.between(1, random.pick([3, 10, 60])),
    recoveryMs: random.pick([10_000, 100_000, 3_600_000]),
    readFrom: random.pick(['start', 'before', 'behind', 'behind']),
    again: undefined,
  };
}

/** The source is what it was, and keeps what was counted. */
export function isSteady({ shards }: Pick<Plan, 'shards'>): boolean {
  return shards.every(
    ({ deletedAtMs, leftAtMs, reused, regrown }) =>
      deletedAtMs === Infinity && leftAtMs === Infinity && reused.length === 0 && regrown === undefined,
  );
}

/** The same records lead to the same lines again. */
export function isRepeatable({ settings, shards, redeploy }: Pick<Plan, 'settings' | 'shards' | 'redeploy'>): boolean {
  const isTimed = shards.every(({ records }) => records.every(isTimedOnArrival));
  return isTimed && settings.tickEveryMs === 0 && settings.retentionMs === Infinity && redeploy === undefined;
}

const isTimedOnArrival = ({ timestamp, arrivalTimeMs }: PlannedRecord): boolean =>
  timestamp === undefined || (timestamp.type === 'LOG_APPEND_TIME' && timestamp.ms <= arrivalTimeMs);
