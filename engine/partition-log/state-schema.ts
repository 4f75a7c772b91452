import { KNOWN_CODECS } from '../codec/compression.ts';
import { fingerprintOf, stateSchemaOf } from '../codec/fingerprint.ts';
import { TidemarkError } from '../errors.ts';
import { currentForm, differencesOf, olderForm, type StateForm } from '../state/state-form.ts';
import type { BlobStore } from '../ports.ts';
import type { LogSettings } from './log-settings.ts';

const keyOf = (pipeline: string, fingerprint: string): string => `schemas/${pipeline}/${fingerprint}.json`;

/** Keeps the state schema where a later definition can be compared with it. Safe to repeat. */
export async function recordStateSchema({ blobs, topology }: LogSettings): Promise<void> {
  const schema = stateSchemaOf(topology);
  await blobs.putIfAbsent(
    keyOf(topology.name, fingerprintOf(schema)),
    new TextEncoder().encode(JSON.stringify(schema)),
  );
}

/** Whether a log of the pipeline has been committed to with this state schema: then none of the same logs refuses it. */
export async function isSchemaRecorded(blobs: BlobStore, pipeline: string, fingerprint: string): Promise<boolean> {
  return (await blobs.get(keyOf(pipeline, fingerprint))) !== undefined;
}

type SchemaSettings = Pick<LogSettings, 'blobs' | 'topology'>;

/** Every form that a log's bytes may be in. */
export class StateForms {
  readonly #settings: SchemaSettings;
  readonly #logId: string;
  readonly #forms = new Map<string, StateForm>();
  readonly current: StateForm;

  constructor(settings: SchemaSettings, logId: string) {
    this.#settings = settings;
    this.#logId = logId;
    this.current = currentForm(settings.topology);
    this.#forms.set(this.current.fingerprint, this.current);
  }

  /**
   * Refuses state that this definition of the pipeline would misread (PL-30).
   *
   * @throws STATE_SCHEMA_CHANGED (invalid) with the lines that differ
   * @throws CODEC_UNKNOWN (invalid) the log was written by another release
   */
  async of(fingerprint: string, codec: number): Promise<StateForm> {
    if (!KNOWN_CODECS.includes(codec)) {
      throw new TidemarkError(
        'invalid',
        'CODEC_UNKNOWN',
        `log ${this.#logId} must have an encoding of ${KNOWN_CODECS.join(', ')}, got ${codec}; deploy the release that wrote it`,
      );
    }
    const known = this.#forms.get(fingerprint) ?? (await this.#older(fingerprint));
    this.#forms.set(fingerprint, known);
    return known;
  }

  async #older(fingerprint: string): Promise<StateForm> {
    const { blobs, topology } = this.#settings;
    const stored = await blobs.get(keyOf(topology.name, fingerprint));
    const before = stored === undefined ? undefined : (JSON.parse(new TextDecoder().decode(stored)) as string[]);
    const differences =
      before === undefined ? ['a definition that is not stored'] : differencesOf(before, stateSchemaOf(topology));
    if (before === undefined || differences.length > 0) {
      throw new TidemarkError(
        'invalid',
        'STATE_SCHEMA_CHANGED',
        `definition of ${topology.name} must fit its stored state, got ${differences.join(' ')}; ${remedyFor(differences)}`,
      );
    }
    return olderForm(topology, before);
  }
}

/** State stays where its key is: an exchange in front of it would leave it behind, one behind it does not (PL-35). */
function remedyFor(differences: readonly string[]): string {
  const isInFront = differences.some((line) => line.startsWith('+exchange '));
  const keep = isInFront ? ', or keep its keys and operators and append .keyBy behind them' : '';
  return `go back to the old definition${keep}, or start over under a new pipeline name`;
}
