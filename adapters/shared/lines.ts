import { resultId } from '../../engine/outputs.ts';
import type { DeadLetter, LateRecord, ResultRow, SideOutput } from '../../engine/outputs.ts';

/**
 * A result as one JSON line; the values stand beside the fixed fields. `sequence` and `"retracted":true` are there where
 * they say something.
 *
 * @example {"id":"flights/results/0-10/1/ATL","key":"ATL","windowStartMs":0,"windowEndMs":10,"revision":1,"departures":12}
 */
export function resultLine(pipeline: string, row: ResultRow): string {
  const { key, windowStartMs, windowEndMs, revision, sequence, retracted, values } = row;
  const numbered = sequence === undefined ? {} : { sequence };
  const takenBack = retracted === true ? { retracted } : {};
  return toJson({ id: resultId(pipeline, row), key, windowStartMs, windowEndMs, revision, ...numbered, ...takenBack, ...values });
}

/**
 * A side output as one JSON line: `id` is the same on every repeat.
 *
 * @example {"id":"shardId-000000000000/7","key":"ATL","eventTimeMs":0,"sequence":7,"value":{"amount":5}}
 */
export function sideOutputLine(partition: string, { key, eventTimeMs, sequence, value }: SideOutput): string {
  return toJson({ id: `${partition}/${sequence}`, key, eventTimeMs, sequence, value });
}

/** A late record as one JSON line: offset as a string, headers where there are any, the original bytes in base64. */
export function lateLine(partition: string, record: LateRecord): string {
  const { offset, subSequence, key, eventTimeMs, arrivalTimeMs, watermarkMs, headers, data } = record;
  return toJson({ partition, offset: String(offset), subSequence, key, eventTimeMs, arrivalTimeMs, watermarkMs, ...(headers === undefined ? {} : { headers }), data: toBase64(data) });
}

/** A dead letter as one JSON line: offset as a string, headers where there are any, the original bytes in base64. */
export function deadLetterLine(partition: string, letter: DeadLetter): string {
  const { offset, subSequence, partitionKey, arrivalTimeMs, code, reason, headers, data } = letter;
  return toJson({ partition, offset: String(offset), subSequence, partitionKey, arrivalTimeMs, code, reason, ...(headers === undefined ? {} : { headers }), data: toBase64(data) });
}

/** JSON has no infinities, no NaN and no big integers: they are written as text, e.g. `"Infinity"`. */
function toJson(line: Record<string, unknown>): string {
  return JSON.stringify(line, (_name, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    return value;
  });
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
