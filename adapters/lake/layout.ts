import type { Delivery } from '../../engine/ports.ts';
import { toSegment } from '../shared/blob-key.ts';

/**
 * The folders of a pipeline in the lake. `oversized`: results that are too large for the sink that has the others;
 * `outputs/…`: what branches and process functions sent beside the results, by name.
 */
export type LakeFolder = 'results' | 'oversized' | 'late' | 'dead-letters' | `outputs/${string}`;

/**
 * The folder of one day (UTC), which is a partition of the lake's tables.
 *
 * @example dayFolder('flights', 'results', '1970-01-01') // 'flights/results/day=1970-01-01'
 */
export function dayFolder(pipeline: string, folder: LakeFolder, day: string): string {
  return `${toSegment(pipeline)}/${folder}/day=${day}`;
}

/**
 * The name of a commit's objects: the same on every repeat, in the order of versions within a partition. One that several
 * days share has a name of its own: an earlier release may have written that day's alone.
 *
 * @example 'shardId-000000000000-000000000042-Kq3x.gz', 'shardId-000000000000-000000000042-Kq3x-shared.gz'
 */
export function objectName({ partition, version, commitId }: Delivery, isShared = false): string {
  const name = `${toSegment(partition.partition)}-${String(version).padStart(12, '0')}-${toSegment(commitId)}`;
  return isShared ? `${name}-shared.gz` : `${name}.gz`;
}
