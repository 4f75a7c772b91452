import type { Plan } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';
import { placesKeys, type Exchanged } from './exchange.ts';
import { planRenamed } from './renamed.ts';
import { planStream } from './stream.ts';
import type { Timestamps } from './timestamps.ts';

type Drawn = Pick<Plan, 'kind' | 'shards'>;
type Sources = Pick<Plan, 'shards' | 'renaming'>;

/** Of the worlds with an exchange. */
const SHARE = 0.25;

/**
 * In front of an exchange a stream is deleted and made again, or the pipeline reads another source from some moment on: its
 * receivers go on (PL-36). Not where results of the source's own windows cross: windows that both speak of are counted twice.
 *
 * @param dice a new die of this name
 */
export function planAnotherSource(
  exchanged: Exchanged,
  { kind, shards }: Drawn,
  dice: (name: string) => SeededRandom,
  timestamps: Timestamps,
): Sources {
  const random = dice('another source');
  const isDrawn = random.chance(SHARE);
  const isMadeAgain = random.chance(0.5);
  if (!isDrawn || !placesKeys(exchanged)) return { shards, renaming: undefined };
  const unchanged = { shards, renaming: undefined };
  if (isMadeAgain && kind === 'kinesis') {
    const both = planStream(dice('stream'), 'certain');
    return { shards: both, renaming: undefined };
  }
  return planRenamed({ kind, shards, growsAtMs: Infinity }, random, timestamps, 1) ?? unchanged;
}
