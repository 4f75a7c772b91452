import { requireSetting } from '../errors.ts';
import type { SourcePartition } from '../record.ts';

const SAFE = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
/** Five such parts: whoever looks at all logs of a pipeline makes many ids. */
const SAFE_ID = new RegExp(`^${Array<string>(5).fill(SAFE.source.slice(1, -1)).join('/')}$`);

/**
 * The name of a partition's log (PL-11): part of its slots' keys and of its objects' paths, so every part must be plain.
 *
 * @example 'flights/0/departures/1700000000000/shardId-000000000000'
 * @throws INVALID_SETTING
 */
export function logIdOf({ pipeline, stage, source, incarnation, partition }: SourcePartition): string {
  const id = `${pipeline}/${stage}/${source}/${incarnation}/${partition}`;
  if (SAFE_ID.test(id)) return id;
  const parts = { pipeline, stage, source, incarnation, partition };
  for (const [name, part] of Object.entries(parts)) {
    requireSetting(
      name,
      part,
      SAFE.test(part),
      'letters, digits, dots, hyphens and underscores',
      'use the name that AWS gave it',
    );
  }
  return id;
}

/** The partition of an id that `logIdOf` made: no part of it has a slash. */
export function partitionOfLog(logId: string): SourcePartition {
  const [pipeline, stage, source, incarnation, partition] = logId.split('/') as [
    string,
    string,
    string,
    string,
    string,
  ];
  return { pipeline, stage, source, incarnation, partition };
}

const padded = (version: number): string => String(version).padStart(16, '0');

export const snapshotPrefix = (logId: string): string => `snapshots/${logId}/`;
export const spillPrefix = (logId: string): string => `spills/${logId}/`;

/**
 * Immutable: no two commits share a version and an id (PL-8), and two definitions of a pipeline, which may both take a
 * snapshot of one commit while they change over, write it differently (PL-30).
 *
 * @param wholeVersion of the whole snapshot that it stands on; undefined: it is whole itself
 */
export const snapshotKeyOf = (
  logId: string,
  version: number,
  commitId: string,
  fingerprint: string,
  wholeVersion?: number,
): string => {
  const on = wholeVersion === undefined ? '' : `${ON}${padded(wholeVersion)}`;
  return `${snapshotPrefix(logId)}${padded(version)}-${commitId}-${fingerprint}` + on;
};

const ON = '-on-';
const ON_VERSION = new RegExp(`${ON}(\\d{16})$`);

/** The version of the whole snapshot that one stands on, by its key: its own where it is whole. */
export const wholeVersionOf = (snapshotKey: string): number =>
  Number.parseInt(ON_VERSION.exec(snapshotKey)?.[1] ?? lastSegment(snapshotKey), 10);

/** Rows are apart from the others, for they live as long as their slot (PL-31). */
export const rowsPrefix = (logId: string): string => `rows/${logId}/`;

/** A part of an entry that may be too large for its slot. */
export type SpillPart = 'delta' | 'outbox' | 'rows';

export const spillKeyOf = (logId: string, version: number, commitId: string, part: SpillPart): string =>
  `${part === 'rows' ? rowsPrefix(logId) : spillPrefix(logId)}${padded(version)}-${commitId}-${part}`;

/** Where versions from this one on begin among the keys under `snapshotPrefix`. */
export const snapshotsFrom = (logId: string, version: number): string => `${snapshotPrefix(logId)}${padded(version)}`;

export const reopenedPrefix = (logId: string): string => `reopened/${logId}/`;

/** Says that a log pointed to this snapshot at that time, though there were newer ones. @param snapshotKey '' for version 0 */
export const reopenedKeyOf = (logId: string, snapshotKey: string, nowMs: number): string =>
  `${reopenedPrefix(logId)}${nameOf(snapshotKey)}-${nowMs}`;

/** Whether a key made by `reopenedKeyOf` speaks of this snapshot. */
export const isReopened = (key: string, snapshotKey: string): boolean =>
  lastSegment(key).replace(/-\d+$/, '') === nameOf(snapshotKey);

const nameOf = (snapshotKey: string): string => (snapshotKey === '' ? padded(0) : lastSegment(snapshotKey));

const lastSegment = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** The version in a key made by `snapshotKeyOf`, `spillKeyOf` or `reopenedKeyOf`. */
export const versionOfKey = (key: string): number => Number.parseInt(lastSegment(key), 10);
