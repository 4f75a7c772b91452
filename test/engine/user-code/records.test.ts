import { describe, expect, it } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod/mini';
import { count, custom, kinesis, pipeline, resultTable, tumbling } from '../../../engine/index.ts';
import type { Topology } from '../../../engine/topology.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import { BAD, explodes, forever, guardedWorld, note, type Note } from './support.ts';

type Schema = StandardSchemaV1<unknown, Note>;
const FIELDS = { key: z.string(), timeMs: z.number(), value: z.number() };
const NOTE: Schema = z.object({ ...FIELDS, text: z.string() });
const STRICT: Schema = z.object({ ...FIELDS, text: z.string().check(z.refine((text) => !explodes(text))) });
const loopsOn = (text: string): boolean => (text === BAD ? forever() : false);

function throwOn(text: string): boolean {
  if (text === BAD) throw { toString: forever };
  return true;
}

const source = (schema = NOTE) => pipeline('notes').source(kinesis({ stream: 'notes', partitionKey: 'key', schema }));
const TIME = { maxOutOfOrdernessMs: 0 };
const timed = (schema = NOTE) => source(schema).eventTime(({ timeMs }) => timeMs, TIME);
type Timed = ReturnType<typeof timed>;
const windowed = (records: Timed) => records.keyBy('key').window(tumbling({ sizeMs: 10 }));
const counted = (records: Timed): Topology => windowed(records).aggregate({ n: count() }).to(resultTable()).topology;

/** The length of the longest text, with code of its own in one place. */
interface Longest {
  readonly extract?: (one: Note) => string;
  readonly add?: (a: number, text: string) => number;
  readonly result?: (a: number) => number;
  readonly write?: (a: number) => number;
  readonly read?: (a: number) => number;
}

const longest = (changes: Longest): Topology =>
  windowed(timed())
    .aggregate({
      n: count(),
      longest: custom('longest', changes.extract ?? ((one: Note) => one.text), {
        init: () => 0,
        add: changes.add ?? ((a, text) => Math.max(a, text.length)),
        merge: Math.max,
        result: changes.result ?? ((a) => a),
        write: (writer, a) => writer.varint(changes.write?.(a) ?? a),
        read: (reader) => {
          const a = reader.varint();
          return changes.read?.(a) ?? a;
        },
        resultType: 'integer',
      }),
    })
    .to(resultTable()).topology;

interface Place {
  readonly where: string;
  readonly topology: Topology;
}

/** Wherever a pipeline's code meets a record. */
const PLACES: readonly Place[] = [
  { where: 'a schema', topology: counted(timed(STRICT)) },
  {
    where: 'a timestamp extractor',
    topology: counted(source().eventTime((one) => (explodes(one.text) ? 0 : one.timeMs), TIME)),
  },
  { where: 'a filter', topology: counted(timed().filter(({ text }) => !explodes(text))) },
  { where: 'a map', topology: counted(timed().map((one) => ({ ...one, text: one.text.replace(/^(a+)+$/, '') }))) },
  { where: 'a filter that loops', topology: counted(timed().filter(({ text }) => !loopsOn(text))) },
  { where: 'the text of what a filter throws', topology: counted(timed().filter(({ text }) => throwOn(text))) },
  { where: 'the extract of an aggregate', topology: longest({ extract: ({ text }) => (explodes(text) ? '' : text) }) },
  {
    where: 'the add of an aggregate',
    topology: longest({ add: (a, text) => (explodes(text) ? a : Math.max(a, text.length)) }),
  },
  { where: 'the write of an aggregate', topology: longest({ write: (a) => (a === BAD.length ? forever() : a) }) },
  { where: 'the read of an aggregate', topology: longest({ read: (a) => (a === BAD.length ? forever() : a) }) },
  { where: 'the result of an aggregate', topology: longest({ result: (a) => (a === BAD.length ? forever() : a) }) },
  {
    where: 'onRecord of a process function',
    topology: timed()
      .keyBy('key')
      .process({
        results: { n: 'integer' },
        onRecord: ({ value }, { emit }) => (explodes(value.text) ? undefined : emit({ n: value.value })),
      })
      .to(resultTable()).topology,
  },
];

/** All that comes out of these records without the bad ones: what must be left when they are refused. */
async function oracleOf(topology: Topology, records: readonly SourceRecord[]) {
  const world = guardedWorld(topology);
  await world.instance().process(...records);
  return world.sink.results;
}

describe.each(PLACES)('a record that never ends in $where', ({ topology }) => {
  const before = [note(1, 'a', 0), note(2, 'b', 1), note(3, 'a', 2)];
  const after = [note(5, 'a', 4), note(6, 'b', 5), note(7, 'a', 25), note(8, 'b', 25)];
  const bad = note(4, 'a', 3, BAD, { subSequence: 2 });

  it('becomes a dead letter; every record around it counts once, as without it', async () => {
    const world = guardedWorld(topology);
    const report = await world.instance().process(...before, bad, ...after);
    expect(world.sink.deadLetters).toEqual([
      {
        offset: 4n,
        subSequence: 2,
        partitionKey: 'a',
        arrivalTimeMs: 1_000,
        code: 'USER_CODE_TIMEOUT',
        reason: 'pipeline code must end within 60 ms, got more; correct the pipeline or its schema',
        data: bad.data,
      },
    ]);
    expect(world.sink.results).toEqual(await oracleOf(topology, [...before, ...after]));
    const resultsOut = world.sink.results.length;
    expect(report).toMatchObject({ recordsIn: 8, recordsReplayed: 0, counted: 7, deadLetters: 1, resultsOut });
    expect((await world.head()).counters).toMatchObject({ recordsIn: 8, counted: 7, deadLetters: 1 });
  });
});
