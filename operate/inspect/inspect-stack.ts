import type { Topology } from '../../engine/dsl/topology.ts';
import { TidemarkError } from '../../engine/errors.ts';
import { streamSource } from '../place.ts';
import type { StackClients } from '../stack/clients.ts';
import { describeStackOf } from '../stack/describe-stack.ts';
import { stackPlace } from '../stack/stack-place.ts';
import { inspect } from './inspect.ts';
import type { PartitionReport } from './partition-report.ts';

/**
 * Every partition's log of a deployed pipeline, verified. Reads only.
 *
 * @throws NO_STREAM (invalid) when the stream that the mapping names is gone · what `describeStackOf` and `inspect` throw
 */
export async function inspectStack(clients: StackClients, topology: Topology, stack: string): Promise<PartitionReport[]> {
  const facts = await describeStackOf(clients, topology, stack);
  if (facts.stream === undefined) {
    throw new TidemarkError('invalid', 'NO_STREAM', `stream of ${stack} must exist, got none at ${facts.mapping.streamArn}; see tidemark doctor ${topology.name} --stack ${stack}`);
  }
  return inspect(stackPlace(clients, topology, facts, streamSource(facts.stream)));
}
