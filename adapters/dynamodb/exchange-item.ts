/** What entries of senders and receivers have besides: nothing of it is in the items of a pipeline without an exchange. */
import type { SenderPosition } from '../../engine/state/sender-position.ts';
import type { Child, Due, LogEntry, Sent } from '../../engine/partition-log/entry.ts';
import { bodyItem, corrupt, readBody, readNumber, readText, type Item } from './item-reader.ts';

/** Each position as a list without names: there may be hundreds in an item. */
type PackedPosition = readonly [
  logId: string,
  version: number,
  commitId: string,
  watermarkMs: number,
  isDone: 0 | 1,
  parents: readonly string[],
];

export function positionsItem(positions: readonly SenderPosition[]): Item {
  if (positions.length === 0) return {};
  const packed = positions.map(({ logId, version, commitId, watermarkMs, isDone, parents }): PackedPosition => [
    logId,
    version,
    commitId,
    watermarkMs,
    isDone ? 1 : 0,
    parents,
  ]);
  return { positions: { S: JSON.stringify(packed) } };
}

export function readPositions(item: Item): SenderPosition[] {
  if (item['positions'] === undefined) return [];
  const packed = parsed<readonly PackedPosition[]>(item, 'positions');
  return packed.map(([logId, version, commitId, watermarkMs, isDone, parents]) => ({
    logId,
    version,
    commitId,
    watermarkMs,
    isDone: isDone === 1,
    parents,
  }));
}

export function sentItem(sent: Sent | undefined): Item {
  if (sent === undefined) return {};
  const { rows, watermarkMs, children, generation, consumedVersion } = sent;
  return {
    ...(rows === undefined ? {} : bodyItem('rows', rows)),
    sentWatermarkMs: { N: String(watermarkMs) },
    ...(children.length === 0 ? {} : { children: { S: JSON.stringify(children) } }),
    generation: { N: String(generation) },
    consumedVersion: { N: String(consumedVersion) },
  };
}

export function readSent(item: Item): Pick<LogEntry, 'sent'> {
  if (item['generation'] === undefined) return {};
  const hasRows = item['rows'] !== undefined || item['rowsKey'] !== undefined;
  return {
    sent: {
      rows: hasRows ? readBody(item, 'rows') : undefined,
      watermarkMs: readNumber(item, 'sentWatermarkMs'),
      children: item['children'] === undefined ? [] : parsed<readonly Child[]>(item, 'children'),
      generation: readNumber(item, 'generation'),
      consumedVersion: readNumber(item, 'consumedVersion'),
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

function parsed<T>(item: Item, name: string): T {
  const text = readText(item, name);
  try {
    return JSON.parse(text) as T;
  } catch {
    throw corrupt(item, name, 'JSON');
  }
}
