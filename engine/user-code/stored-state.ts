import { stateSchemaOf } from '../codec/fingerprint.ts';
import type { Topology } from '../topology.ts';
import type { UserCode } from './user-code.ts';

/** Runs what writes or reads stored state. */
export type WithStoredState = <T>(verb: 'write' | 'read', work: () => T) => T;

const plainly: WithStoredState = (_verb, work) => work();

/**
 * State of custom aggregates is written and read by code of the pipeline. `add` has run both in the unit of its record,
 * so what does not end here is code that has changed since, and no record is to blame.
 *
 * @returns throws USER_CODE_TIMEOUT (internal) with the names of the aggregates
 */
export function withStoredState(topology: Topology, code: UserCode | undefined): WithStoredState {
  const names = customAggregatesOf(topology);
  if (code === undefined || names.length === 0) return plainly;
  return (verb, work) => code.whole(`${verb} of ${names.join(' or ')}`, work);
}

function customAggregatesOf(topology: Topology): string[] {
  const names = stateSchemaOf(topology).flatMap((line) => /: custom\((".+")\)$/.exec(line)?.[1] ?? []);
  return [...new Set(names)].map((name) => JSON.parse(name) as string);
}
