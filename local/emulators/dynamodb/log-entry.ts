/**
 * What the log has of one change:
 *
 *     kind · table [4 bytes] · lengths of hash [2], range [2] and body [4] · size · hash · range · body
 */
export type LogEntry =
  | { readonly kind: 'table' | 'dropped'; readonly table: number; readonly body: Buffer }
  | {
      readonly kind: 'put' | 'deleted';
      readonly table: number;
      readonly hash: string;
      readonly range: string;
      /** An item in JSON; empty where it is deleted. */
      readonly body: Buffer;
      /** Size of the item as DynamoDB counts it. */
      readonly bytes: number;
    };

const KINDS = ['table', 'dropped', 'put', 'deleted'] as const;
const HEAD_BYTES = 17;

export function entryBytes(entry: LogEntry): number {
  return HEAD_BYTES + keyLength(entry) + entry.body.length;
}

/** @returns where the body begins */
export function writeEntry(to: Buffer, at: number, entry: LogEntry): number {
  const hash = 'hash' in entry ? entry.hash : '';
  const range = 'hash' in entry ? entry.range : '';
  to[at] = KINDS.indexOf(entry.kind);
  to.writeUInt32BE(entry.table, at + 1);
  to.writeUInt16BE(hash.length, at + 5);
  to.writeUInt16BE(range.length, at + 7);
  to.writeUInt32BE(entry.body.length, at + 9);
  to.writeUInt32BE('bytes' in entry ? entry.bytes : 0, at + 13);
  to.write(hash, at + HEAD_BYTES, 'latin1');
  to.write(range, at + HEAD_BYTES + hash.length, 'latin1');
  const bodyAt = at + HEAD_BYTES + hash.length + range.length;
  entry.body.copy(to, bodyAt);
  return bodyAt;
}

/** @returns undefined where there is none */
export function readEntry(from: Buffer, at: number): { readonly entry: LogEntry; readonly bodyAt: number } | undefined {
  const kind = KINDS[from[at] as number];
  if (kind === undefined || at + HEAD_BYTES > from.length) return undefined;
  const table = from.readUInt32BE(at + 1);
  const rangeAt = at + HEAD_BYTES + from.readUInt16BE(at + 5);
  const bodyAt = rangeAt + from.readUInt16BE(at + 7);
  const end = bodyAt + from.readUInt32BE(at + 9);
  if (end > from.length) return undefined;
  const body = from.subarray(bodyAt, end);
  if (kind === 'table' || kind === 'dropped') return { entry: { kind, table, body }, bodyAt };
  const hash = from.toString('latin1', at + HEAD_BYTES, rangeAt);
  const range = from.toString('latin1', rangeAt, bodyAt);
  return { entry: { kind, table, hash, range, body, bytes: from.readUInt32BE(at + 13) }, bodyAt };
}

const keyLength = (entry: LogEntry): number => ('hash' in entry ? entry.hash.length + entry.range.length : 0);
