import { TidemarkError } from '../../engine/errors.ts';
import type { ResultType } from '../../engine/aggregate/aggregate.ts';
import type { DeployedTopology } from '../deployed-topology.ts';

/** A column of a table: names are lower case, as Athena sees them. */
export interface LakeColumn {
  readonly name: string;
  readonly type: 'bigint' | 'double' | 'string' | 'boolean';
  readonly comment: string;
}

/** The partition column of every table: a day of UTC. */
export const DAY = 'day';

const TYPES: Readonly<Record<ResultType, LakeColumn['type']>> = {
  integer: 'bigint',
  number: 'double',
  text: 'string',
  boolean: 'boolean',
  json: 'string',
};

const column = (name: string, type: LakeColumn['type'], comment: string): LakeColumn => ({ name, type, comment });

const LOG_EPOCH = column(
  'logepochms',
  'bigint',
  'when the log began that says it, null for 0: the newest replaces the others [ms since 1970]',
);

const RESULT: readonly LakeColumn[] = [
  column('id', 'string', 'the same on every repeat: drop repeats by it'),
  column('key', 'string', 'what the pipeline groups by'),
  column('windowstartms', 'bigint', 'the window begins [ms since 1970]'),
  column('windowendms', 'bigint', 'the window ends before [ms since 1970]'),
  column('revision', 'bigint', 'how many times this key and window has fired: the newest replaces the others'),
  LOG_EPOCH,
];

const RETRACTED = column('retracted', 'boolean', 'true: what was said before does not hold any more');
const SEQUENCE = column('sequence', 'bigint', 'tells results of a key apart that have no window of their own');

const REFUSED: readonly LakeColumn[] = [
  column('partition', 'string', 'shard that it came from'),
  LOG_EPOCH,
  column('offset', 'string', 'place in that shard, a large integer'),
  column('subsequence', 'bigint', 'place inside an aggregated record'),
];

const KEPT: readonly LakeColumn[] = [
  column(
    'headers',
    'string',
    'what the producer of a Kafka record sent beside key and value, as JSON: [{name, text or base64}, …]',
  ),
  column('data', 'string', 'the original bytes in base64'),
];

export const LATE_COLUMNS: readonly LakeColumn[] = [
  ...REFUSED,
  column('key', 'string', 'what the pipeline groups by'),
  column('eventtimems', 'bigint', 'when it happened [ms since 1970]'),
  column('arrivaltimems', 'bigint', 'when the broker stored it [ms since 1970]'),
  column('watermarkms', 'bigint', 'watermark of the shard when it arrived [ms since 1970]'),
  ...KEPT,
];

export const SIDE_OUTPUT_COLUMNS: readonly LakeColumn[] = [
  column('id', 'string', 'the same on every repeat: drop repeats by it'),
  LOG_EPOCH,
  column('key', 'string', 'what the pipeline groups by'),
  column('eventtimems', 'bigint', 'when it happened [ms since 1970]'),
  column('sequence', 'bigint', 'tells it from the others of its shard'),
  column('value', 'string', 'what was sent, as JSON'),
];

export const DEAD_LETTER_COLUMNS: readonly LakeColumn[] = [
  ...REFUSED,
  column('partitionkey', 'string', 'partition key as the producer gave it'),
  column('arrivaltimems', 'bigint', 'when the broker stored it [ms since 1970]'),
  column('code', 'string', 'why it was refused, in one word'),
  column('reason', 'string', 'why it was refused'),
  ...KEPT,
];

/**
 * The columns of the results, those of the pipeline's own values last.
 *
 * @throws LAKE_COLUMN_NAME (invalid) when a name is no column's, or two differ in upper and lower case only
 */
export function resultColumns({ results }: Pick<DeployedTopology, 'results'>): LakeColumn[] {
  const fixed = [...RESULT, ...(results.identity === 'sequence' ? [SEQUENCE] : []), RETRACTED];
  const taken = new Set([DAY, ...fixed.map(({ name }) => name)]);
  const ours = results.columns.map(({ name, type, descriptor }) => {
    const lower = name.toLowerCase();
    const isFree = /^[a-z_][a-z0-9_]{0,254}$/.test(lower) && !taken.has(lower);
    if (!isFree) {
      const rule = `letters, digits and underscores, and differ by more than upper and lower case from ${DAY} and the other columns of the lake`;
      throw new TidemarkError(
        'invalid',
        'LAKE_COLUMN_NAME',
        `result name must be ${rule}, got ${JSON.stringify(name)}; choose another name`,
      );
    }
    taken.add(lower);
    return column(lower, TYPES[type], descriptor.slice(0, 255));
  });
  return [...fixed, ...ours];
}
