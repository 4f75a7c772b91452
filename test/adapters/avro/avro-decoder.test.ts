import { describe, expect, it } from '@jest/globals';
import avsc from 'avsc';
import { AvroDecoder } from '../../../adapters/avro/avro-decoder.ts';
import type { RegisteredSchema } from '../../../adapters/avro/schema-registry.ts';
import { EventRecord } from '../../../adapters/kinesis/event-record.ts';
import { readConfluent } from '../../../adapters/avro/wire-format.ts';
import { TidemarkError } from '../../../engine/errors.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import { record } from '../../engine/support/readings.ts';

const field = (name: string, type: unknown, rest: object = {}): object => ({ name, type, ...rest });
const departure = (...fields: object[]): { type: 'record'; name: string; fields: object[] } => ({
  type: 'record',
  name: 'Departure',
  fields: [field('origin', 'string'), ...fields],
});
const OLD = departure(field('delay', 'int'));
const NEW = departure(field('delay', 'long'), field('gate', ['null', 'string'], { default: null }));
const SCHEMAS: Readonly<Record<string, object>> = { 1: OLD, 2: NEW, 3: departure(field('delay', 'string')) };

function framed(id: number, schema: object, value: unknown, offset = 0): SourceRecord {
  const header = Buffer.from([0, 0, 0, 0, id]);
  return record(offset, Buffer.concat([header, avsc.Type.forSchema(schema as avsc.Schema).toBuffer(value)]));
}

function decoder(
  readerSchema?: object,
  schemaOf: (id: string) => RegisteredSchema | undefined = (id) =>
    SCHEMAS[id] && { definition: JSON.stringify(SCHEMAS[id]), references: [] },
) {
  const asked: string[] = [];
  const registry = { schemaOf: async (id: string) => (asked.push(id), schemaOf(id)) };
  return { asked, decoder: new AvroDecoder({ frame: readConfluent, registry, readerSchema }) };
}

const values = async (under: { decoder: AvroDecoder }, ...records: SourceRecord[]): Promise<unknown[]> =>
  (await under.decoder.decode(records)).map(({ value, refusal }) => refusal?.code ?? JSON.parse(JSON.stringify(value)));

describe('AvroDecoder', () => {
  it('reads each record by the schema that it names, and asks for each schema once', async () => {
    const under = decoder();
    const records = [
      framed(1, OLD, { origin: 'ATL', delay: 5 }),
      framed(2, NEW, { origin: 'BOS', delay: 6, gate: 'B7' }),
      framed(1, OLD, { origin: 'ORD', delay: 7 }),
    ];
    expect(await values(under, ...records)).toEqual([
      { origin: 'ATL', delay: 5 },
      { origin: 'BOS', delay: 6, gate: 'B7' },
      { origin: 'ORD', delay: 7 },
    ]);
    await values(under, ...records);
    expect(under.asked).toEqual(['1', '2']);
  });

  it('keeps offset and bytes of a record of a Kinesis event, read or marked', async () => {
    const bytes = [framed(1, OLD, { origin: 'ATL', delay: 5 }).data, Buffer.from('no frame')];
    const records = bytes.map(
      (data, i) => new EventRecord(String(i + 5), 'ATL', 0, Buffer.from(data).toString('base64')),
    );
    const read = await decoder().decoder.decode(records);
    expect(read.map(({ offset, data }) => ({ offset, data }))).toEqual([
      { offset: 5n, data: bytes[0] },
      { offset: 6n, data: bytes[1] },
    ]);
    expect(read.map(({ refusal }) => refusal === undefined)).toEqual([true, false]);
  });

  it('reads old records by a newer schema: backward', async () => {
    expect(await values(decoder(NEW), framed(1, OLD, { origin: 'ATL', delay: 5 }))).toEqual([
      { origin: 'ATL', delay: 5, gate: null },
    ]);
  });

  it('reads new records by an older schema: forward', async () => {
    expect(await values(decoder(departure()), framed(2, NEW, { origin: 'ATL', delay: 5, gate: null }))).toEqual([
      { origin: 'ATL' },
    ]);
  });

  it('marks a record whose schema cannot be read by the own one, and names it', async () => {
    const [marked] = await decoder(OLD).decoder.decode([
      framed(3, SCHEMAS[3] as object, { origin: 'ATL', delay: 'five' }),
    ]);
    expect(marked?.refusal).toMatchObject({
      kind: 'data',
      code: 'SCHEMA_INCOMPATIBLE',
      message: expect.stringMatching(/^schema 3 must be readable by the pipeline, got .+; give new fields/),
    });
  });

  it('marks a record whose schema nobody knows, and asks again for a later record', async () => {
    let known = false;
    const under = decoder(undefined, () => (known ? { definition: JSON.stringify(OLD), references: [] } : undefined));
    const [marked] = await under.decoder.decode([framed(9, OLD, { origin: 'ATL', delay: 5 })]);
    expect(marked?.refusal).toMatchObject({
      kind: 'data',
      code: 'SCHEMA_UNKNOWN',
      message: 'schema 9 must be known to the registry, got none; register it, then send the record again',
    });
    known = true;
    expect(
      await values(under, { ...framed(9, OLD, { origin: 'ATL', delay: 5 }), arrivalTimeMs: Date.now() + 1_000 }),
    ).toEqual([{ origin: 'ATL', delay: 5 }]);
  });

  it('keeps what is good beside what is not, bytes and offsets as they were', async () => {
    const good = framed(1, OLD, { origin: 'ATL', delay: 5 }, 7);
    const torn = { ...good, offset: 8n, data: good.data.subarray(0, 6) };
    const long = { ...good, offset: 9n, data: Buffer.concat([good.data, Buffer.from([0])]) };
    const json = record(10, '{"origin":"ATL"}');
    const refused = { ...good, offset: 11n, refusal: new TidemarkError('data', 'TOMBSTONE', 'text') };
    const decoded = await decoder().decoder.decode([good, torn, long, json, refused]);
    expect(decoded.map(({ refusal }) => refusal?.code)).toEqual([
      undefined,
      'AVRO_MALFORMED',
      'AVRO_MALFORMED',
      'FRAME_INVALID',
      'TOMBSTONE',
    ]);
    expect(decoded.map(({ offset, data }) => [offset, data])).toEqual(
      [good, torn, long, json, refused].map(({ offset, data }) => [offset, data]),
    );
    expect(decoded[1]?.refusal?.message).toMatch(/^record must be Avro of schema 1, got 1 bytes that are not: /);
  });

  it('refuses a number that JavaScript would round, and the name __proto__ in a map', async () => {
    const map = { type: 'map', values: 'long' };
    const under = decoder(undefined, () => ({ definition: JSON.stringify(map), references: [] }));
    const long = avsc.types.LongType.__with({
      fromBuffer: (b: Buffer) => b.readBigInt64LE(),
      toBuffer: (n: bigint) => ((b) => (b.writeBigInt64LE(n), b))(Buffer.alloc(8)),
      fromJSON: BigInt,
      toJSON: Number,
      isValid: (n: unknown) => typeof n === 'bigint',
      compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
    });
    const wide = avsc.Type.forSchema(map as avsc.Schema, { registry: { long } }).toBuffer({ a: 2n ** 53n + 1n });
    expect(
      await values(
        under,
        record(0, Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), wide])),
        framed(1, map, Object.fromEntries([['__proto__', 1]])),
      ),
    ).toEqual(['AVRO_MALFORMED', 'FORBIDDEN_NAME']);
  });

  it('follows references to named types', async () => {
    const airport = { type: 'record', name: 'Airport', fields: [field('code', 'string')] };
    const flight = { type: 'record', name: 'Flight', fields: [field('from', 'Airport')] };
    const under = decoder(undefined, () => ({
      definition: JSON.stringify(flight),
      references: [JSON.stringify(airport)],
    }));
    const whole = { ...flight, fields: [field('from', airport)] };
    expect(await values(under, framed(1, whole, { from: { code: 'ATL' } }))).toEqual([{ from: { code: 'ATL' } }]);
  });

  it('lets the batch come again when the registry cannot be reached', async () => {
    const registry = {
      schemaOf: () => Promise.reject(new TidemarkError('unavailable', 'REGISTRY_UNAVAILABLE', 'text')),
    };
    await expect(
      new AvroDecoder({ frame: readConfluent, registry }).decode([framed(1, OLD, { origin: 'ATL', delay: 5 })]),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
  });

  it('refuses a reader schema that is none', () => {
    expect(() => decoder({ type: 'recrod' })).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'AVRO_SCHEMA_INVALID' }),
    );
  });
});
