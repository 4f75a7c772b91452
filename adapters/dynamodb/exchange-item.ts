/** What entries of senders and receivers have besides: nothing of it is in the items of a pipeline without an exchange. */
import { compress, decompress } from '../../engine/codec/compression.ts';
import type { SenderPosition } from '../../engine/state/sender-position.ts';
import type { Child, Due, LogEntry, Sent } from '../../engine/partition-log/entry.ts';
import { bodyItem, corrupt, readBody, readNumber, readText, type Item } from './item-reader.ts';

/** Positions by columns, compressed: there may be hundreds in every item of a receiver, and all of them are written. */
interface PackedPositions {
  /** With what all ids of logs begin. */
  readonly prefix: string;
  readonly logs: readonly string[];
  readonly versions: readonly number[];
  readonly commits: readonly string[];
  readonly watermarks: readonly number[];
  /** Places of those that are done. */
  readonly done: readonly number[];
  /** Of those that come of others. */
  readonly parents: ReadonlyArray<readonly [place: number, logs: readonly string[]]>;
}

/** As they were written before. */
type ListedPosition = readonly [
  logId: string,
  version: number,
  commitId: string,
  watermarkMs: number,
  isDone: 0 | 1,
  parents: readonly string[],
];

export function positionsItem(positions: readonly SenderPosition[]): Item {
  if (positions.length === 0) return {};
  const prefix = positions.map(({ logId }) => logId).reduce(commonPrefix);
  const packed: PackedPositions = {
    prefix,
    logs: positions.map(({ logId }) => logId.slice(prefix.length)),
    versions: positions.map(({ version }) => version),
    commits: positions.map(({ commitId }) => commitId),
    watermarks: positions.map(({ watermarkMs }) => watermarkMs),
    done: positions.flatMap(({ isDone }, place) => (isDone ? [place] : [])),
    parents: positions.flatMap(({ parents }, place) => (parents.length === 0 ? [] : [[place, parents] as const])),
  };
  return { positions: { B: compress(new TextEncoder().encode(JSON.stringify(packed))) } };
}

export function readPositions(item: Item): SenderPosition[] {
  const { positions: found } = item;
  if (found === undefined) return [];
  if (found.B === undefined) {
    return parsed<readonly ListedPosition[]>(item, 'positions', readText(item, 'positions')).map(
      ([logId, version, commitId, watermarkMs, isDone, parents]) => ({
        logId,
        version,
        commitId,
        watermarkMs,
        isDone: isDone === 1,
        parents,
      }),
    );
  }
  const text = new TextDecoder().decode(decompress(found.B));
  const { prefix, logs, versions, commits, watermarks, ...few } = parsed<PackedPositions>(item, 'positions', text);
  const done = new Set(few.done);
  const parents = new Map(few.parents);
  return logs.map((log, place) => ({
    logId: prefix + log,
    version: versions[place] as number,
    commitId: commits[place] as string,
    watermarkMs: watermarks[place] as number,
    isDone: done.has(place),
    parents: parents.get(place) ?? [],
  }));
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

export function sentItem(sent: Sent | undefined): Item {
  if (sent === undefined) return {};
  const { rows, watermarkMs, children, generation, consumedVersion, sinceVersion = 1, isIdle } = sent;
  return {
    ...(rows === undefined ? {} : bodyItem('rows', rows)),
    sentWatermarkMs: { N: String(watermarkMs) },
    ...(children.length === 0 ? {} : { children: { S: JSON.stringify(children) } }),
    generation: { N: String(generation) },
    consumedVersion: { N: String(consumedVersion) },
    ...(sinceVersion === 1 ? {} : { sinceVersion: { N: String(sinceVersion) } }),
    ...(isIdle === true ? { idle: { BOOL: true } } : {}),
  };
}

export function readSent(item: Item): Pick<LogEntry, 'sent'> {
  if (item['generation'] === undefined) return {};
  const hasRows = item['rows'] !== undefined || item['rowsKey'] !== undefined;
  return {
    sent: {
      rows: hasRows ? readBody(item, 'rows') : undefined,
      watermarkMs: readNumber(item, 'sentWatermarkMs'),
      children:
        item['children'] === undefined ? [] : parsed<readonly Child[]>(item, 'children', readText(item, 'children')),
      generation: readNumber(item, 'generation'),
      consumedVersion: readNumber(item, 'consumedVersion'),
      ...(item['sinceVersion'] === undefined ? {} : { sinceVersion: readNumber(item, 'sinceVersion') }),
      ...(item['idle']?.BOOL === true ? { isIdle: true } : {}),
    },
  };
}

/** Of a receiver both are there, empty where time alone has nothing to do. */
export function dueItem(due: Due | undefined): Item {
  if (due === undefined) return {};
  return { dueMs: timeItem(due.eventMs), dueProcessingMs: timeItem(due.processingMs) };
}

export function readDue(item: Item): Pick<LogEntry, 'due'> {
  if (item['dueMs'] === undefined) return {};
  return { due: { eventMs: readTime(item, 'dueMs'), processingMs: readTime(item, 'dueProcessingMs') } };
}

function timeItem(timeMs: number | undefined): Item[string] {
  return timeMs === undefined ? { NULL: true } : { N: String(timeMs) };
}

function readTime(item: Item, name: string): number | undefined {
  return item[name]?.NULL === true ? undefined : readNumber(item, name);
}

function parsed<T>(item: Item, name: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw corrupt(item, name, 'JSON');
  }
}
