import type { Delivery } from '../../engine/ports.ts';
import { toSegment } from '../shared/blob-key.ts';

/** The folders of a pipeline in the lake. */
export type LakeFolder = 'results' | 'late' | 'dead-letters';

/**
 * The folder of one hour (UTC), laid out as Firehose does it. A time without a four-digit year is `year=unknown`.
 *
 * @example hourFolder('flights', 'results', 0) // 'flights/results/year=1970/month=01/day=01/hour=00'
 */
export function hourFolder(pipeline: string, folder: LakeFolder, timeMs: number): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d)/.exec(isoOrEmpty(timeMs));
  const hour = match === null ? 'year=unknown' : `year=${match[1]}/month=${match[2]}/day=${match[3]}/hour=${match[4]}`;
  return `${toSegment(pipeline)}/${folder}/${hour}`;
}

/**
 * The name of a commit's objects: the same on every repeat, in the order of versions within a partition.
 *
 * @example 'shardId-000000000000-000000000042-Kq3x.gz'
 */
export function objectName({ partition, version, commitId }: Delivery): string {
  return `${toSegment(partition.partition)}-${String(version).padStart(12, '0')}-${toSegment(commitId)}.gz`;
}

function isoOrEmpty(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
