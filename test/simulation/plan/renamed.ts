import type { Plan, PlannedShard } from '../plan.ts';
import type { SeededRandom } from '../world/random.ts';
import type { Beginning } from './beginning.ts';
import { isSteady } from './restore.ts';
import { planStream } from './stream.ts';
import { START_MS } from './times.ts';
import type { Timestamps } from './timestamps.ts';
import { planTopic } from './topic.ts';

/** From when on a pipeline reads a source of another name, over the same result table. */
export interface Renaming {
  readonly atMs: number;
  /** Of the source that it reads from then on. */
  readonly source: string;
}

type Drawn = Pick<Plan, 'kind' | 'shards' | 'growsAtMs'>;

/** From the last invocation of the mapping that is deleted to the first of the new one. */
const DEPLOYMENT_MS = 1_000;
/** Of the worlds without an exchange. */
const SHARE = 0.12;
/** So many records of the new source are of times of which the old one had some: both speak of these windows. */
const PUT_AGAIN = 80;

/**
 * The mapping of a source is deleted, and one of another source made. That one may have been there before the first, or have
 * been made in the same millisecond: neither its age nor its incarnation tells that it is the newer one to the pipeline.
 *
 * @returns the shards of both, and when it is; undefined: the source stays
 */
export function planRenamed(
  { kind, shards, growsAtMs }: Drawn,
  random: SeededRandom,
  timestamps: Timestamps,
  share = SHARE,
): { readonly shards: readonly PlannedShard[]; readonly renaming: Renaming } | undefined {
  const isDrawn = random.chance(share);
  if (!isDrawn || !isSteady({ shards }) || growsAtMs < Infinity) return undefined;
  const times = shards
    .flatMap(({ records }) => records.map(({ arrivalTimeMs }) => arrivalTimeMs))
    .sort((a, b) => a - b);
  const lastMs = times.at(-1) ?? START_MS;
  const atMs = random.between(START_MS, lastMs + 5_000);
  const createdAtMs = random.pick([START_MS - 60_000, START_MS, atMs]);
  const source = 'measurements';
  const beginning: Beginning = {
    source,
    incarnation: kind === 'kafka' ? 'another-topic-id' : String(createdAtMs),
    createdAtMs,
    readFromMs: atMs + DEPLOYMENT_MS,
    startMs: Math.max(createdAtMs, atMs - random.between(0, 30_000)),
    again: times.filter((timeMs) => timeMs <= atMs).slice(-PUT_AGAIN),
  };
  const left = shards.filter(({ bornAtMs }) => bornAtMs < atMs).map((shard) => ({ ...shard, leftAtMs: atMs }));
  const next =
    kind === 'kafka'
      ? planTopic(random, timestamps, undefined, beginning).shards
      : planStream(random, 'never', beginning);
  return { shards: [...left, ...next], renaming: { atMs, source } };
}
