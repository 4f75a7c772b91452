import type { Plan } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';
import { isRepeatable, isSteady } from './restore.ts';

/** Slots of the log table that are deleted while the result table keeps its rows, and what an operator does then. */
export interface PlannedLoss {
  /** It happens when the logs have so many versions between them, or when all is read. */
  readonly afterVersions: number;
  /** Some slots of one log, all of one log, or all of all logs. */
  readonly what: 'some' | 'log' | 'table';
  /** The table goes back to before the loss, or the log and those that came of it begin anew. */
  readonly cure: 'restore' | 'anew';
  /** So long functions meet what is left of the log; 0: none does, the operator has deleted the slots. */
  readonly noticedAfterMs: number;
}

type Drawn = Pick<Plan, 'settings' | 'shards' | 'redeploy' | 'growsAtMs' | 'refusedOf'>;

/** Only where the source still has all records, and dead letters of results do not stand in versions that are lost. */
export function planLoss(drawn: Drawn, random: SeededRandom): PlannedLoss | undefined {
  const { settings, redeploy, growsAtMs, refusedOf } = drawn;
  const isKept = settings.retentionMs === Infinity && redeploy === undefined && growsAtMs === Infinity;
  if (!isSteady(drawn) || !isKept || refusedOf > 0 || !random.chance(0.25)) return undefined;
  return {
    afterVersions: random.between(2, random.pick([5, 20, 60])),
    what: random.pick(['some', 'log', 'log', 'log', 'table']),
    cure: isRepeatable(drawn) ? random.pick(['restore', 'anew']) : 'anew',
    noticedAfterMs: random.pick([0, 20_000, 100_000, 400_000, 400_000]),
  };
}
