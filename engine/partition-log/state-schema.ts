import { CODEC_VERSION } from '../codec/compression.ts';
import { fingerprintOf, stateSchemaOf } from '../codec/fingerprint.ts';
import { TidemarkError } from '../errors.ts';
import type { LogEntry } from './entry.ts';
import type { LogSettings } from './partition-log.ts';

const keyOf = (pipeline: string, fingerprint: string): string => `schemas/${pipeline}/${fingerprint}.json`;

/** Keeps the state schema where a later definition can be compared with it. Safe to repeat. */
export async function recordStateSchema({ blobs, topology }: LogSettings): Promise<void> {
  const schema = stateSchemaOf(topology);
  await blobs.putIfAbsent(keyOf(topology.name, fingerprintOf(schema)), new TextEncoder().encode(JSON.stringify(schema)));
}

/**
 * Refuses state that this definition of the pipeline would misread (PL-30).
 *
 * @throws STATE_SCHEMA_CHANGED (invalid) with the lines that differ
 * @throws CODEC_UNKNOWN (invalid) the log was written by another release
 */
export async function checkStateSchema({ blobs, topology }: LogSettings, logId: string, { fingerprint, codec }: LogEntry): Promise<void> {
  if (codec !== CODEC_VERSION) {
    throw new TidemarkError('invalid', 'CODEC_UNKNOWN', `log ${logId} must have encoding ${CODEC_VERSION}, got ${codec}; deploy the release that wrote it`);
  }
  const now = stateSchemaOf(topology);
  if (fingerprint === fingerprintOf(now)) return;
  const stored = await blobs.get(keyOf(topology.name, fingerprint));
  const before = stored === undefined ? [] : (JSON.parse(new TextDecoder().decode(stored)) as string[]);
  const differences = [...before.filter((line) => !now.includes(line)).map((line) => `-${line}`), ...now.filter((line) => !before.includes(line)).map((line) => `+${line}`)];
  throw new TidemarkError('invalid', 'STATE_SCHEMA_CHANGED', `definition of ${topology.name} must fit its stored state, got ${differences.join(' ') || 'another order of aggregates'}; go back to the old definition, or start over under a new pipeline name`);
}
