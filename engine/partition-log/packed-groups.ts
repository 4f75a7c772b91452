import { decompress } from '../codec/compression.ts';
import { TidemarkError } from '../errors.ts';
import { combineRuns, type Run } from '../state/packed/run.ts';
import { Segment } from '../state/packed/segment.ts';
import type { Group } from '../state/table.ts';
import type { PackedGroup, PackedSnapshot, SegmentSize } from './snapshot.ts';

/** A group of a snapshot, put together of all that it stands on. */
export interface WholeGroup {
  readonly table: number;
  readonly group: Group;
  readonly segments: readonly Segment[];
}

/**
 * The large groups of a snapshot, each of the last run that is whole and the changes since:
 *
 *     whole      g: 1 2 3 4   h: 1 2
 *     change     g: 2         h: (whole) 5 6        a group that was dropped and is new
 *     snapshot   g: 7                               h is gone
 *
 * @param chain the whole snapshot first
 * @throws CORRUPT_BYTES (internal)
 */
export function* packedGroups(chain: readonly PackedSnapshot[]): Generator<WholeGroup> {
  const parts = chain.map(groupsOf);
  for (const { table, group } of chain.at(-1)?.header.packed ?? []) {
    const runs: Run[] = [];
    for (let i = parts.length - 1, isWhole = false; !isWhole; i--) {
      const found = parts[i]?.get(placeOf(table, group));
      if (found === undefined) throw damaged(chain, group);
      runs.unshift(loadRun(found));
      isWhole = found.packed.isChange !== true;
    }
    const [whole, ...changes] = runs as [Run, ...Run[]];
    yield { table, group, segments: changes.length === 0 ? whole.puts : combineRuns(whole, changes) };
  }
}

interface StoredGroup {
  readonly packed: PackedGroup;
  /** Compressed. */
  readonly segments: readonly Uint8Array[];
}

const placeOf = (table: number, group: Group): string => `${table} ${typeof group} ${group}`;

function groupsOf({ header, segments }: PackedSnapshot): ReadonlyMap<string, StoredGroup> {
  let next = 0;
  return new Map(
    (header.packed ?? []).map((packed) => {
      const first = next;
      next += packed.segments.length + (packed.deleted?.length ?? 0);
      return [placeOf(packed.table, packed.group), { packed, segments: segments.slice(first, next) }];
    }),
  );
}

function loadRun({ packed: { segments: puts, deleted = [] }, segments }: StoredGroup): Run {
  const load = (sizes: readonly SegmentSize[], first: number): Segment[] =>
    sizes.map(([entries], i) => Segment.load(decompress(segments[first + i] as Uint8Array), entries));
  return { puts: load(puts, 0), deleted: load(deleted, puts.length) };
}

function damaged(chain: readonly PackedSnapshot[], group: Group): TidemarkError {
  const { version, logId } = (chain.at(-1) as PackedSnapshot).header;
  return new TidemarkError(
    'internal',
    'SNAPSHOT_DAMAGED',
    `snapshot ${version} of ${logId} must stand on one with all of group ${typeof group === 'number' ? group : 'of a key'}, got none; restore its objects from a backup`,
  );
}
