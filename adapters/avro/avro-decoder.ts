import avsc from 'avsc';
import { isKind, messageOf, oneLine, TidemarkError } from '../../engine/errors.ts';
import type { RecordDecoder } from '../../engine/ports.ts';
import type { SourceRecord } from '../../engine/record.ts';
import type { SchemaRegistry } from './schema-registry.ts';
import type { Framed } from './wire-format.ts';

/** What reads the payload of one writer's schema. */
type Reader = (payload: Buffer) => unknown;

export interface AvroDecoderProps {
  readonly frame: (data: Buffer) => Framed;
  readonly registry: SchemaRegistry;
  /** Schema to read by; undefined: each record's own. */
  readonly readerSchema?: object | undefined;
}

/**
 * Avro by the writer's schema, which the registry knows, resolved to the reader's if there is one. What cannot be read is
 * marked with the reason, which names the schema: SCHEMA_UNKNOWN, SCHEMA_INCOMPATIBLE, SCHEMA_NOT_AVRO, FRAME_INVALID,
 * AVRO_MALFORMED, FORBIDDEN_NAME.
 */
export class AvroDecoder implements RecordDecoder {
  readonly #props: AvroDecoderProps;
  readonly #readerType: avsc.Type | undefined;
  /** Readers by schema id, or why there is none. An unknown schema is asked for again with the next batch. */
  readonly #readers = new Map<string, Reader | TidemarkError>();

  /** @throws AVRO_SCHEMA_INVALID (invalid) */
  constructor(props: AvroDecoderProps) {
    this.#props = props;
    this.#readerType = props.readerSchema === undefined ? undefined : readerTypeOf(props.readerSchema);
  }

  async decode(records: readonly SourceRecord[]): Promise<SourceRecord[]> {
    const framed = records.map((record) => (record.refusal === undefined ? attempt(() => this.#frame(record)) : record.refusal));
    const ids = new Set(framed.flatMap((frame) => (frame instanceof TidemarkError ? [] : [frame.schemaId])));
    const unknown = new Map<string, TidemarkError>();
    for (const id of ids) if (!this.#readers.has(id)) await this.#load(id, unknown);
    return records.map((record, i) => {
      const value = attempt(() => {
        const frame = framed[i] as Framed | TidemarkError;
        if (frame instanceof TidemarkError) throw frame;
        const reader = this.#readers.get(frame.schemaId) ?? unknown.get(frame.schemaId);
        if (reader instanceof TidemarkError) throw reader;
        return read(reader as Reader, frame);
      });
      return value instanceof TidemarkError ? { ...record, refusal: value } : { ...record, value };
    });
  }

  #frame({ data }: SourceRecord): Framed {
    return this.#props.frame(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }

  async #load(id: string, unknown: Map<string, TidemarkError>): Promise<void> {
    try {
      const schema = await this.#props.registry.schemaOf(id);
      if (schema === undefined) {
        unknown.set(id, new TidemarkError('data', 'SCHEMA_UNKNOWN', `schema ${id} must be known to the registry, got none; register it, then send the record again`));
        return;
      }
      const named = {};
      for (const reference of schema.references) avsc.Type.forSchema(JSON.parse(reference) as avsc.Schema, { registry: named });
      this.#readers.set(id, this.#readerOf(avsc.Type.forSchema(JSON.parse(schema.definition) as avsc.Schema, { registry: named })));
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
  if (payload.includes('__proto__')) throw new TidemarkError('data', 'FORBIDDEN_NAME', 'record must not use the name __proto__, got it; rename the field or value');
  try {
    return reader(payload);
  } catch (cause) {
    throw new TidemarkError('data', 'AVRO_MALFORMED', `record must be Avro of schema ${schemaId}, got ${payload.length} bytes that are not: ${oneLine(messageOf(cause))}; correct the producer`, { cause });
  }
}

function incompatible(id: string, cause: unknown): TidemarkError {
  return new TidemarkError('data', 'SCHEMA_INCOMPATIBLE', `schema ${id} must be readable by the pipeline, got ${oneLine(messageOf(cause))}; give new fields of the reader's schema a default, or widen its types`, { cause });
}

function readerTypeOf(schema: object): avsc.Type {
  try {
    return avsc.Type.forSchema(schema as avsc.Schema);
  } catch (cause) {
    throw new TidemarkError('invalid', 'AVRO_SCHEMA_INVALID', `readerSchema must be an Avro schema, got ${oneLine(messageOf(cause))}; correct it`, { cause });
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
