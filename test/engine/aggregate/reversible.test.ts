import { describe, expect, it } from '@jest/globals';
import type { ByteReader, ByteWriter } from '../../../engine/codec/bytes.ts';
import { custom } from '../../../engine/index.ts';
import { reading, topologyOf, type Reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

/** Adds up, with a form of its own that may be wrong. */
const adding = (write: (writer: ByteWriter, n: number) => void, read: (reader: ByteReader) => number) =>
  custom('total', ({ value }: Reading) => value, {
    init: () => 0,
    add: (n, value) => n + value,
    merge: (a, b) => a + b,
    result: (n) => n,
    write,
    read,
    resultType: 'integer',
  });

function readWrongly(reader: ByteReader): number {
  const n = reader.varint();
  return n > 1 ? reader.varint() : n;
}

type Form = readonly [string, string, ReturnType<typeof adding>];

/** Each is right for some states, and wrong for the others. */
const FORMS: readonly Form[] = [
  [
    'it leaves bytes behind',
    '1 of 2 bytes left over',
    adding(
      (writer, n) => {
        writer.varint(n);
        if (n >= 2) writer.varint(7);
      },
      (reader) => reader.varint(),
    ),
  ],
  [
    'it gives another state',
    'another accumulator',
    adding(
      (writer, n) => writer.varint(n),
      (reader) => Math.min(1, reader.varint()),
    ),
  ],
  [
    'it reads more than there is',
    'stored bytes must be complete, got their end at 1; restore the object from a backup',
    adding(
      (writer, n) => writer.varint(n),
      (reader) => readWrongly(reader),
    ),
  ],
];

describe('a custom aggregate whose read does not reverse its write', () => {
  it.each(FORMS)('makes a dead letter that names it, before anything is stored: %s', async (_, got, total) => {
    const world = new World({ topology: topologyOf({ aggregates: { total } }) });
    // Always of a fresh instance: each one reads what those before it have stored.
    for (const record of [reading(1, 'a', 0), reading(2, 'a', 1), reading(3, 'b', 2)])
      await world.instance().process(record);
    await world.instance().process(reading(4, 'c', 20, 0));
    const reason = `read of total must give back what write wrote, got ${got}; correct the aggregate`;
    expect(world.sink.deadLetters[0]).toMatchObject({ offset: 2n, code: 'STATE_NOT_REVERSIBLE', reason });
    expect(world.sink.results.map(({ key, values }) => [key, values['total']])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });
});
