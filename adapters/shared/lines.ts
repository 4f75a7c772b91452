import { resultId, sideOutputId } from '../../engine/outputs.ts';
import type { DeadLetter, LateRecord, ResultRow, SideOutput } from '../../engine/outputs.ts';

/**
 * A result as one JSON line; the values stand beside the fixed fields. `logEpochMs`, `sequence` and `"retracted":true`
 * are there where they say something.
 *
 * @param epochMs of the log that says it
 * @example
 * {"id":"flights/results/0-10/5.1/ATL","key":"ATL","windowStartMs":0,"windowEndMs":10,"revision":1,"logEpochMs":5,
 *  "departures":12}
 */
export function resultLine(pipeline: string, row: ResultRow, epochMs: number): string {
  const { key, windowStartMs, windowEndMs, revision, sequence, retracted, values } = row;
  const numbered = sequence === undefined ? {} : { sequence };
  const takenBack = retracted === true ? { retracted } : {};
  const place = {
    id: resultId(pipeline, row, epochMs),
    key,
    windowStartMs,
    windowEndMs,
    revision,
    ...epochField(epochMs),
  };
  return JSON.stringify({ ...place, ...numbered, ...takenBack, ...values });
}

/**
 * A side output as one JSON line: `id` is the same on every repeat.
 *
 * @example
 * {"id":"shardId-000000000000/5/7","logEpochMs":5,"key":"ATL","eventTimeMs":0,"sequence":7,"value":{"amount":5}}
 */
export function sideOutputLine(partition: string, side: SideOutput, epochMs: number): string {
  const { key, eventTimeMs, sequence, value } = side;
  const id = sideOutputId(partition, side, epochMs);
  return JSON.stringify({ id, ...epochField(epochMs), key, eventTimeMs, sequence, value });
}

/**
 * A late record as one JSON line: offset as a string, headers where there are any, the original bytes in base64. The
 * epoch of the log tells it from one at the same offset of another incarnation: Kafka's offsets begin at 0 in each topic.
 */
export function lateLine(partition: string, record: LateRecord, epochMs: number): string {
  const { offset, subSequence, key, eventTimeMs, arrivalTimeMs, watermarkMs, headers, data } = record;
  const place = { partition, ...epochField(epochMs), offset: String(offset), subSequence };
  const kept = { ...(headers === undefined ? {} : { headers }), data: toBase64(data) };
  return JSON.stringify({ ...place, key, eventTimeMs, arrivalTimeMs, watermarkMs, ...kept });
}

/** A dead letter as one JSON line, in the manner of late records. */
export function deadLetterLine(partition: string, letter: DeadLetter, epochMs: number): string {
  const { offset, subSequence, partitionKey, arrivalTimeMs, code, reason, headers, data } = letter;
  const place = { partition, ...epochField(epochMs), offset: String(offset), subSequence };
  const kept = { ...(headers === undefined ? {} : { headers }), data: toBase64(data) };
  return JSON.stringify({ ...place, partitionKey, arrivalTimeMs, code, reason, ...kept });
}

/** Left out where it is 0: such lines are those of the release before. */
function epochField(epochMs: number): { readonly logEpochMs?: number } {
  return epochMs === 0 ? {} : { logEpochMs: epochMs };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
