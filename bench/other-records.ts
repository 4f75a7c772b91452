import * as z from 'zod/mini';
import type { Topology } from '../engine/topology.ts';
import flights, { Departure } from '../pipelines/flights.ts';
import { expectedOf } from '../test/verify/expected.ts';
import { requireSame } from './equality.ts';
import { flightsLoad, type Invocation } from './flights-load.ts';
import { interleave, ratioOf, type Figure } from './rounds.ts';
import { NullSink } from './sinks.ts';
import { parseBare, requireRightResults, runEngine, type ThroughputSettings } from './throughput.ts';

export interface OtherRecords {
  readonly records: number;
  /** engine / bare, of the same round. */
  readonly kinds: ReadonlyArray<{ readonly kind: RecordKind; readonly ratio: Figure }>;
}

const SHARDS = 4;
const BATCH_SIZE = 1_000;

/** A schema that is not compiled as a whole: zod itself runs one of its fields, and a rule for all of the record. */
const ANY_SCHEMA: Topology = {
  ...flights.topology,
  source: {
    ...flights.topology.source,
    schema: z.readonly(
      z
        .extend(Departure, { distance: z.intersection(z.int(), z.number().check(z.nonnegative())) })
        .check(z.refine(({ delay, distance }) => delay + distance < 1e6)),
    ),
  },
};

/** Bytes that a record has at least, and what reads it. */
const KINDS = {
  '500 bytes': { bytes: 500, topology: flights.topology },
  '900 bytes': { bytes: 900, topology: flights.topology },
  'any zod schema': { bytes: 0, topology: ANY_SCHEMA },
} as const;
export type RecordKind = keyof typeof KINDS;

/** The same flights as larger records, whose other fields no schema names, and by a schema of which zod itself runs parts. */
export async function measureOtherRecords({ records, rounds }: ThroughputSettings): Promise<OtherRecords> {
  const expected = await expectedOf({ records, shards: SHARDS });
  const load = await flightsLoad({ records, shards: SHARDS, batchSize: BATCH_SIZE });
  const kinds: Array<OtherRecords['kinds'][number]> = [];
  for (const kind of Object.keys(KINDS) as RecordKind[]) {
    const { bytes, topology } = KINDS[kind];
    const padded = load.map((invocation) => withBytes(invocation, bytes));
    const counted = await requireRightResults(expected, (sink) => runEngine(topology, padded, sink));
    const times = await interleave(rounds, {
      bare: () => requireSame('records parsed', records, parseBare(padded)),
      engine: async () => requireSame('records counted', counted, await runEngine(topology, padded, new NullSink())),
    });
    kinds.push({ kind, ratio: ratioOf(times.bare, times.engine) });
  }
  return { records, kinds };
}

/** Fields of several kinds are added until each record is that large. */
function withBytes({ partition, event }: Invocation, bytes: number): Invocation {
  const Records = event.Records.map(({ kinesis, ...rest }) => {
    const flight = JSON.parse(Buffer.from(kinesis.data, 'base64').toString('utf8')) as Record<string, unknown>;
    for (let i = 0; JSON.stringify(flight).length < bytes; i++) flight[`field${i}`] = FILLING[i % FILLING.length];
    return { ...rest, kinesis: { ...kinesis, data: Buffer.from(JSON.stringify(flight)).toString('base64') } };
  });
  return { partition, event: { Records } };
}

const FILLING = ['N625SW, on time', 1_487.25, { gate: ['B', 12], isOpen: true }, null] as const;
