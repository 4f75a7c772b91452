import type { StandardSchemaV1 } from '@standard-schema/spec';
import { compressionOf } from './compressed.ts';
import type { EventTime } from './plan/source.ts';
import type { Topology } from './topology.ts';
import { messageOf, oneLine, TidemarkError } from './errors.ts';
import { requireExact } from './exact-number.ts';
import type { SourceRecord } from './record.ts';
import { ignore, thrownWithin } from './schema/why-promised.ts';
import { REJECTED } from './schema/accept.ts';
import { quickly } from './schema/compile-schema.ts';
import { unitHint } from './time/unit-hint.ts';
import { isFromTheFuture, MAX_EVENT_TIME_MS, MIN_EVENT_TIME_MS, NO_WATERMARK } from './time/watermark.ts';

/** Deeper JSON is hostile or broken; refused before user code meets it. */
export const MAX_NESTING = 64;
/** A DynamoDB partition key holds no more [bytes of UTF-8]. */
export const MAX_KEY_BYTES = 2_048;

/** A record before its transformations. */
export interface Decoded {
  readonly value: unknown;
  readonly eventTimeMs: number;
  /** To where it moves the watermark, unless that is further already. */
  readonly watermarkMs: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/**
 * Bytes to a validated record with its times.
 *
 * @throws TidemarkError of kind data, with the reason for the dead letter (PL-14, PL-15): EMPTY, NOT_UTF8, NOT_JSON,
 *   TOO_DEEP, FORBIDDEN_NAME, SCHEMA_MISMATCH, EVENT_TIME_INVALID, EVENT_TIME_IN_FUTURE, and whatever reason the
 *   adapter gave
 */
export function decodeRecord(topology: Topology, record: SourceRecord, processingTimeMs: number): Decoded {
  if (record.refusal !== undefined) throw record.refusal;
  if (record.value === undefined && topology.source.format.kind !== 'json') {
    throw new TidemarkError(
      'internal',
      'NOT_DECODED',
      `record must be read as ${topology.source.format.kind} before it is processed, got bytes; give the processor its decoder`,
    );
  }
  const value = validate(topology.source.schema, record.value === undefined ? parseJson(record) : record.value);
  return withTimes(topology.eventTime, value, record, processingTimeMs);
}

/** @throws EMPTY, NOT_UTF8, NOT_JSON, TOO_DEEP, FORBIDDEN_NAME (data) */
export function parseJson(record: Pick<SourceRecord, 'text' | 'data'>): unknown {
  const text = record.text ?? textOf(record.data);
  if (text === '' && record.data.length === 0)
    throw dataError('EMPTY', 'record must have a body, got 0 bytes; send one JSON object');
  if (mayBeDeep(text) && isDeeperThan(text, MAX_NESTING)) {
    throw dataError('TOO_DEEP', `record must be nested at most ${MAX_NESTING} deep, got more; flatten it`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable('NOT_JSON', 'JSON', record.data);
  }
  // An escape can spell the name too; writing the value out again undoes it.
  if (text.includes('__proto__') || (text.includes('\\u') && JSON.stringify(value).includes('__proto__')))
    throw dataError('FORBIDDEN_NAME', 'record must not use the name __proto__, got it; rename the field or value');
  return value;
}

function textOf(data: Uint8Array): string {
  try {
    return utf8.decode(data);
  } catch {
    throw unreadable('NOT_UTF8', 'UTF-8', data);
  }
}

function unreadable(code: string, rule: string, data: Uint8Array): TidemarkError {
  const compression = compressionOf(data);
  if (compression === undefined)
    return dataError(code, `record must be ${rule}, got ${data.length} bytes that are not; send one JSON object`);
  return dataError(
    code,
    `record must be ${rule}, got ${data.length} bytes that begin as ${compression} does; send one JSON object, not compressed`,
  );
}

/** A document nested n deep has 2n brackets at least, n of them opening: most records need no further look. */
function mayBeDeep(text: string): boolean {
  if (text.length < 2 * MAX_NESTING) return false;
  let opened = 0;
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (++opened > MAX_NESTING) return true;
  return false;
}

function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > limit) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return false;
}

function validate<V>(schema: StandardSchemaV1<unknown, V>, value: unknown): V {
  const accepted = quickly(schema, value);
  if (accepted !== REJECTED) return accepted as V;
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    ignore(result);
    const thrown = thrownWithin(schema, value);
    if (thrown !== undefined) throw thrown.error;
    throw new TidemarkError(
      'invalid',
      'SCHEMA_IS_ASYNC',
      'schema must validate synchronously, got a promise; remove async refinements',
    );
  }
  if (result.issues === undefined) return result.value;
  const issue = result.issues[0];
  const path = issue?.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.') ?? '';
  throw dataError(
    'SCHEMA_MISMATCH',
    `record must match the schema, got a wrong ${oneLine(path || 'record')}: ${oneLine(issue?.message ?? 'no reason')}; correct the producer`,
  );
}

/**
 * The text of a key field.
 *
 * @throws KEY_INVALID (data)
 */
export function keyPart(value: unknown, field: string): string {
  return keyText(Object(value)[field], field, 'correct the producer');
}

/**
 * A key, or a part of one, as text.
 *
 * @param name what the error calls it
 * @throws KEY_INVALID (data)
 */
export function keyText(raw: unknown, name: string, remedy: string): string {
  if (typeof raw !== 'string' && typeof raw !== 'number') {
    throw dataError('KEY_INVALID', `${name} must be a string or a number, got ${typeof raw}; ${remedy}`);
  }
  const key = typeof raw === 'number' ? String(requireExact('KEY_INVALID', name, raw)) : raw;
  const tooLong = key.length * 3 > MAX_KEY_BYTES && encoder.encode(key).length > MAX_KEY_BYTES;
  if (key === '' || tooLong || !key.isWellFormed()) {
    throw dataError(
      'KEY_INVALID',
      `${name} must be 1 to ${MAX_KEY_BYTES} bytes of valid text, got ${key.length} characters; ${remedy}`,
    );
  }
  return key;
}

function withTimes(eventTime: EventTime, value: unknown, record: SourceRecord, processingTimeMs: number): Decoded {
  if (eventTime.kind !== 'event') {
    const eventTimeMs = eventTime.kind === 'arrival' ? record.arrivalTimeMs : processingTimeMs;
    return { value, eventTimeMs, watermarkMs: eventTimeMs - eventTime.maxOutOfOrdernessMs };
  }
  const receivedTimeMs = record.receivedTimeMs ?? record.arrivalTimeMs;
  const eventTimeMs = timeIn(
    'event time',
    eventTime.timestampExtractor,
    value,
    receivedTimeMs,
    eventTime.maxClockSkewMs,
  );
  if (eventTime.watermarkExtractor === undefined)
    return { value, eventTimeMs, watermarkMs: eventTimeMs - eventTime.maxOutOfOrdernessMs };
  return {
    value,
    eventTimeMs,
    watermarkMs:
      timeIn('watermark', eventTime.watermarkExtractor, value, receivedTimeMs, eventTime.maxClockSkewMs) ??
      NO_WATERMARK,
  };
}

/** A time that user code takes from a record (PL-14). */
function timeIn<T extends number | undefined>(
  name: 'event time' | 'watermark',
  extractor: (value: unknown) => T,
  value: unknown,
  receivedTimeMs: number,
  maxClockSkewMs: number,
): T {
  const code = name === 'event time' ? 'EVENT_TIME' : 'WATERMARK';
  let timeMs: T;
  try {
    timeMs = extractor(value);
  } catch (cause) {
    throw dataError(
      `${code}_INVALID`,
      `${name} must be readable, got an error: ${oneLine(messageOf(cause))}; correct the timestamp extractor`,
      cause,
    );
  }
  if (timeMs === undefined && name === 'watermark') return timeMs;
  if (
    !Number.isSafeInteger(timeMs) ||
    (timeMs as number) < MIN_EVENT_TIME_MS ||
    (timeMs as number) > MAX_EVENT_TIME_MS
  ) {
    throw dataError(
      `${code}_INVALID`,
      `${name} must be a whole number of ms since 1970 that a date can show, got ${oneLine(String(timeMs))}; ${(typeof timeMs === 'number' ? unitHint(timeMs) : undefined) ?? 'correct the producer'}`,
    );
  }
  if (isFromTheFuture(timeMs as number, receivedTimeMs, maxClockSkewMs)) {
    throw dataError(
      `${code}_IN_FUTURE`,
      `${name} must be at most ${maxClockSkewMs} ms after arrival, got ${(timeMs as number) - receivedTimeMs} ms; ${unitHint(timeMs as number) ?? "set the producer's clock"}`,
    );
  }
  return timeMs;
}

export function dataError(code: string, text: string, cause?: unknown): TidemarkError {
  return new TidemarkError('data', code, text, { cause });
}
