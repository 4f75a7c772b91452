import { isDeepStrictEqual } from 'node:util';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { decodeRecord } from '../../engine/decode.ts';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import { COMPILED_SCHEMAS } from '../../engine/schema/compile-schema.ts';
import type { Topology } from '../../engine/topology.ts';
import { SeededRandom } from '../simulation/world/random.ts';
import { drawRecord } from './records.ts';
import { SCHEMAS, TAKEN } from './schemas.ts';

export interface Compared {
  readonly records: number;
  /** Of them, those that their schema takes. */
  readonly accepted: number;
  /** Codes of the dead letters, with how many of each. */
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * Decodes each record by the compiled schema and by the schema itself.
 *
 * @throws Error on the first that does not become the same record, or the same dead letter with the same text
 */
export function compareDecoding(records: number, seed: number): Compared {
  const random = new SeededRandom(seed);
  const schemas = Object.entries(SCHEMAS);
  const refused: Record<string, number> = {};
  let accepted = 0;
  for (let i = 0; i < records; i++) {
    const [name, schema] = random.pick(schemas);
    const data = drawRecord(random, TAKEN[name] ?? []);
    const [compiled, plain] = [decoded(schema, data, true), decoded(schema, data, false)];
    if (!isDeepStrictEqual(compiled, plain) || orderOf(compiled) !== orderOf(plain))
      throw new Error(
        `record ${i} of seed ${seed} differs with schema ${name}: ${Buffer.from(data).toString('base64')}`,
      );
    if (plain.code === undefined) accepted++;
    else refused[plain.code] = (refused[plain.code] ?? 0) + 1;
  }
  return { records, accepted, refused };
}

interface Outcome {
  readonly value?: unknown;
  readonly code?: string;
  readonly text?: string;
}

function decoded(schema: StandardSchemaV1, data: Uint8Array, areOn: boolean): Outcome {
  COMPILED_SCHEMAS.areOn = areOn;
  try {
    const record = { offset: 1n, subSequence: 0, partitionKey: 'k', arrivalTimeMs: 0, data };
    return { value: decodeRecord({ ...TOPOLOGY, source: { ...TOPOLOGY.source, schema } }, record, 0).value };
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    return { code: error.code, text: messageOf(error) };
  } finally {
    COMPILED_SCHEMAS.areOn = true;
  }
}

/** Names in the order in which they stand, which results and rows keep. */
const orderOf = ({ value }: Outcome): string =>
  JSON.stringify(value, (_name, part: unknown) => (part === undefined ? 'undefined' : part));

/** What decoding reads of one. */
const TOPOLOGY = {
  source: { format: { kind: 'json' } },
  eventTime: { kind: 'arrival', maxOutOfOrdernessMs: 0 },
} as unknown as Topology;
