import avsc from 'avsc';
import { isKind, messageOf, oneLine, TidemarkError } from '../../engine/errors.ts';
import type { Clock, RecordDecoder } from '../../engine/ports.ts';
import { mapParallel } from '../../engine/parallel.ts';
import { withFields, type SourceRecord } from '../../engine/record.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';
import type { SchemaRegistry } from './schema-registry.ts';
import { UnknownSchemas } from './unknown-schemas.ts';
import type { Framed } from './wire-format.ts';

/** The registry is asked for so many schemas before the records that they hold for are committed: a producer chooses ids. */
export const MAX_LOOKUPS_PER_STEP = 100;
const PARALLEL_LOOKUPS = 8;

/** What reads the payload of one writer's schema. */
type Reader = (payload: Buffer) => unknown;

export interface AvroDecoderProps {
  readonly frame: (data: Buffer) => Framed;
  readonly registry: SchemaRegistry;
  /** Schema to read by; undefined: each record's own. */
  readonly readerSchema?: object | undefined;
  /** @default SYSTEM_CLOCK */
  readonly clock?: Clock;
}

/** The records of one step, as they are framed, and the schemas to ask for. */
interface Step {
  readonly frames: ReadonlyArray<Framed | TidemarkError>;
  readonly lookups: ReadonlySet<string>;
}

/**
 * Avro by the writer's schema, which the registry knows, resolved to the reader's if there is one. What cannot be read is
 * marked with the reason, which names the schema: SCHEMA_UNKNOWN, SCHEMA_INCOMPATIBLE, SCHEMA_NOT_AVRO, FRAME_INVALID,
 * AVRO_MALFORMED, FORBIDDEN_NAME. It takes records up to the one that would need more than MAX_LOOKUPS_PER_STEP schemas.
 */
export class AvroDecoder implements RecordDecoder {
  readonly #props: AvroDecoderProps;
  readonly #readerType: avsc.Type | undefined;
  /** Readers by schema id, or why there is none. */
  readonly #readers = new Map<string, Reader | TidemarkError>();
  readonly #clock: Clock;
  readonly #unknown: UnknownSchemas;

  /** @throws AVRO_SCHEMA_INVALID (invalid) */
  constructor(props: AvroDecoderProps) {
    this.#props = props;
    this.#readerType = props.readerSchema === undefined ? undefined : readerTypeOf(props.readerSchema);
    this.#clock = props.clock ?? SYSTEM_CLOCK;
    this.#unknown = new UnknownSchemas(this.#clock);
  }

  async decode(records: readonly SourceRecord[]): Promise<SourceRecord[]> {
    const { frames, lookups } = this.#nextStep(records);
    await mapParallel([...lookups], PARALLEL_LOOKUPS, (id) => this.#load(id));
    return frames.map((frame, i) => {
      const record = records[i] as SourceRecord;
      const value = attempt(() => {
        if (frame instanceof TidemarkError) throw frame;
        const reader = this.#readers.get(frame.schemaId) ?? schemaUnknown(frame.schemaId);
        if (reader instanceof TidemarkError) throw reader;
        return read(reader, frame);
      });
      return value instanceof TidemarkError ? withFields(record, { refusal: value }) : withFields(record, { value });
    });
  }

  /** Ends where an offset begins: records that share one belong to one commit, whatever schemas they need. */
  #nextStep(records: readonly SourceRecord[]): Step {
    const frames: Array<Framed | TidemarkError> = [];
    const lookups = new Set<string>();
    let begun = { records: 0, lookups: 0 };
    for (const [i, record] of records.entries()) {
      if (record.offset !== records[i - 1]?.offset) begun = { records: i, lookups: lookups.size };
      const frame = record.refusal ?? attempt(() => this.#frame(record));
      frames.push(frame);
      if (frame instanceof TidemarkError || this.#isAnswered(frame.schemaId, record)) continue;
      lookups.add(frame.schemaId);
      if (lookups.size > MAX_LOOKUPS_PER_STEP && begun.records > 0)
        return { frames: frames.slice(0, begun.records), lookups: new Set([...lookups].slice(0, begun.lookups)) };
    }
    return { frames, lookups };
  }

  #isAnswered(id: string, { arrivalTimeMs }: SourceRecord): boolean {
    return this.#readers.has(id) || this.#unknown.has(id, arrivalTimeMs);
  }

  #frame({ data }: SourceRecord): Framed {
    return this.#props.frame(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }

  async #load(id: string): Promise<void> {
    const askedMs = this.#clock.nowMs();
    try {
      const schema = await this.#props.registry.schemaOf(id);
      if (schema === undefined) return this.#unknown.add(id, askedMs);
      const named = {};
      for (const reference of schema.references)
        avsc.Type.forSchema(JSON.parse(reference) as avsc.Schema, { registry: named });
      this.#readers.set(
        id,
        this.#readerOf(avsc.Type.forSchema(JSON.parse(schema.definition) as avsc.Schema, { registry: named })),
      );
    } catch (error) {
      if (isKind(error, 'unavailable') || isKind(error, 'invalid')) throw error;
      this.#readers.set(id, isKind(error, 'data') ? error : incompatible(id, error));
    }
  }

  #readerOf(writer: avsc.Type): Reader {
    if (this.#readerType === undefined) return (payload) => writer.fromBuffer(payload);
    const reader = this.#readerType;
    const resolver = reader.createResolver(writer);
    return (payload) => reader.fromBuffer(payload, resolver);
  }
}

function read(reader: Reader, { schemaId, payload }: Framed): unknown {
  // As of JSON: a map could have it as a key.
  if (payload.includes('__proto__'))
    throw new TidemarkError(
      'data',
      'FORBIDDEN_NAME',
      'record must not use the name __proto__, got it; rename the field or value',
    );
  try {
    return reader(payload);
  } catch (cause) {
    throw new TidemarkError(
      'data',
      'AVRO_MALFORMED',
      `record must be Avro of schema ${schemaId}, got ${payload.length} bytes that are not: ${oneLine(messageOf(cause))}; correct the producer`,
      { cause },
    );
  }
}

function schemaUnknown(id: string): TidemarkError {
  return new TidemarkError(
    'data',
    'SCHEMA_UNKNOWN',
    `schema ${id} must be known to the registry, got none; register it, then send the record again`,
  );
}

function incompatible(id: string, cause: unknown): TidemarkError {
  return new TidemarkError(
    'data',
    'SCHEMA_INCOMPATIBLE',
    `schema ${id} must be readable by the pipeline, got ${oneLine(messageOf(cause))}; give new fields of the reader's schema a default, or widen its types`,
    { cause },
  );
}

function readerTypeOf(schema: object): avsc.Type {
  try {
    return avsc.Type.forSchema(schema as avsc.Schema);
  } catch (cause) {
    throw new TidemarkError(
      'invalid',
      'AVRO_SCHEMA_INVALID',
      `readerSchema must be an Avro schema, got ${oneLine(messageOf(cause))}; correct it`,
      { cause },
    );
  }
}

/** The result, or the error of kind data that it ended in. */
function attempt<T>(work: () => T): T | TidemarkError {
  try {
    return work();
  } catch (error) {
    if (isKind(error, 'data')) return error;
    throw error;
  }
}
