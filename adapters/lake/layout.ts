import { lakeDay } from '../../engine/lake-day.ts';
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
 * @example dayFolder('flights', 'results', 0) // 'flights/results/day=1970-01-01'
 */
export function dayFolder(pipeline: string, folder: LakeFolder, timeMs: number): string {
  return `${toSegment(pipeline)}/${folder}/day=${lakeDay(timeMs)}`;
}

/**
 * The name of a commit's objects: the same on every repeat, in the order of versions within a partition.
 *
 * @example 'shardId-000000000000-000000000042-Kq3x.gz'
 */
export function objectName({ partition, version, commitId }: Delivery): string {
  return `${toSegment(partition.partition)}-${String(version).padStart(12, '0')}-${toSegment(commitId)}.gz`;
}
