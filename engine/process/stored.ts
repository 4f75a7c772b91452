import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { dataError } from '../decode.ts';
import type { Entry, TableSpec } from '../state/table.ts';
import type { StateDescriptor } from './state-descriptors.ts';

/** A value of a process function as it is stored. */
export interface Stored extends Entry {
  readonly json: string;
  /** Event time when it was written; 0 where nothing is ever forgotten. */
  readonly writtenMs: number;
}

/** One value at most [characters of JSON]: a table of DynamoDB or a log is no place for more. */
export const MAX_VALUE_LENGTH = 100_000;

export function storedTable(id: string, name: string, descriptor: StateDescriptor): TableSpec<Stored> {
  const { kind, ttlMs } = descriptor;
  const hasTime = ttlMs !== undefined;
  return {
    name: `${id}/${name}`,
    routedBy: kind === 'partition' ? 'all' : kind === 'value' ? 'key' : 'group',
    groups: kind === 'value' || kind === 'partition' ? 'number' : 'text',
    write: (writer: ByteWriter, { json, writtenMs }: Stored) => {
      if (hasTime) writer.number(writtenMs);
      writer.string(json);
    },
    read: (reader: ByteReader): Stored => ({
      writtenMs: hasTime ? reader.definedNumber() : 0,
      json: reader.string(),
      hash: 0,
    }),
    ...(kind === 'partition'
      ? {
          merge: (a: Stored, b: Stored): Stored => ({
            json: jsonOf(name, descriptor.merge(JSON.parse(a.json) as never, JSON.parse(b.json) as never)),
            writtenMs: 0,
            hash: 0,
          }),
        }
      : {}),
  };
}

/** @throws STATE_INVALID (data) when JSON cannot hold it, or it is too large */
export function jsonOf(name: string, value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined || json.length > MAX_VALUE_LENGTH) {
    throw dataError(
      'STATE_INVALID',
      `state ${name} must be JSON of at most ${MAX_VALUE_LENGTH} characters, got ${json === undefined ? typeof value : json.length}; store less, or in a map`,
    );
  }
  return json;
}
