import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fingerprintOf, stateSchemaOf } from '../../../engine/codec/fingerprint.ts';
import type { Topology } from '../../../engine/topology.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { nameOfSource } from '../../../engine/plan/source.ts';
import { selectInput } from '../../../local/inputs/select-input.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { Partition } from '../support/state.ts';

export const PIPELINES = ['clickstream', 'earthquakes', 'flights', 'flights-kafka', 'fraud'] as const;
const RECORDS = 2_000;
const BATCH = 250;
const ARRIVED_MS = 1_800_000_000_000;

/** What a deployed pipeline is known by, and what it gives: none of it may change with a release. */
export interface Identity {
  readonly logId: string;
  readonly fingerprint: string;
  readonly stateSchema: readonly string[];
  readonly columns: readonly string[];
  readonly sideOutputs: readonly string[];
  /** Of all results, side outputs, late records and dead letters of its own input, in their order. */
  readonly outputs: { readonly count: number; readonly sha256: string };
  readonly stateHash: string;
  /** Logical ids of the stack's resources with their types. */
  readonly resources: Readonly<Record<string, string>>;
}

export async function identityOf(name: string): Promise<Identity> {
  const { default: pipeline } = (await import(
    pathToFileURL(resolve(import.meta.dirname, `../../../pipelines/${name}.ts`)).href
  )) as { default: { topology: Topology } };
  const { topology } = pipeline;
  const schema = stateSchemaOf(topology);
  return {
    logId: logIdOf({
      pipeline: topology.name,
      stage: '0',
      source: nameOfSource(topology.source),
      incarnation: '1700000000000',
      partition: 'p',
    }),
    fingerprint: fingerprintOf(schema),
    stateSchema: schema,
    columns: topology.results.columns.map(({ name: column, type, descriptor }) => `${column}: ${type} = ${descriptor}`),
    sideOutputs: topology.sideOutputs,
    ...(await run(topology)),
    resources: resourcesOf(topology),
  };
}

async function run(topology: Topology): Promise<Pick<Identity, 'outputs' | 'stateHash'>> {
  const selected = await selectInput(topology, { skip: 0, records: RECORDS });
  if (selected === undefined) throw new Error(`${topology.name} has no input`);
  const partition = new Partition(topology);
  const hash = createHash('sha256');
  let offset = 0n;
  let count = 0;
  for await (const records of selected.input.read(...selected.wanted)) {
    for (let i = 0; i < records.length; i += BATCH) {
      const batch = records.slice(i, i + BATCH).map(({ partitionKey, data }) => ({
        offset: ++offset,
        subSequence: 0,
        partitionKey,
        arrivalTimeMs: ARRIVED_MS + Number(offset) * 100,
        data,
      }));
      for (const rows of Object.values(partition.process(...batch)) as unknown[][]) {
        count += rows.length;
        hash.update(JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
      }
    }
  }
  return { outputs: { count, sha256: hash.digest('hex') }, stateHash: String(partition.state.stateHash) };
}

function resourcesOf(topology: Topology): Record<string, string> {
  const { Resources } = synthesize({ topology }).toJSON() as { Resources: Record<string, { Type: string }> };
  return Object.fromEntries(Object.entries(Resources).map(([id, { Type }]) => [id, Type]));
}
