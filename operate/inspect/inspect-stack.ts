import type { Topology } from '../../engine/topology.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { StackClients } from '../stack/clients.ts';
import { describeStackOf } from '../stack/describe-stack.ts';
import type { StackFacts } from '../stack/stack-facts.ts';
import { placedSource, stackPlace } from '../stack/stack-place.ts';
import { inspect } from './inspect.ts';
import type { PartitionReport } from './partition-report.ts';

/**
 * Every partition's log of a deployed pipeline, verified. Reads only.
 *
 * @param receiving the fragments behind its exchanges
 * @throws NO_STREAM, NO_TOPIC (invalid) when the stream that the mapping names is gone, its topic was never read · what `describeStackOf` and `inspect` throw
 */
export async function inspectStack(
  clients: StackClients,
  topology: Topology,
  stack: string,
  receiving: readonly Topology[] = [],
): Promise<PartitionReport[]> {
  const facts = await describeStackOf(clients, topology, stack);
  const source = placedSource(facts.source);
  if (source === undefined) throw nothingToInspect(topology, facts);
  return inspect({ ...stackPlace(clients, topology, facts, source), receiving });
}

function nothingToInspect({ name }: Topology, { stack, source, mapping }: StackFacts): TidemarkError {
  const see = `see tidemark doctor ${name} --stack ${stack}`;
  if (source.kind === 'kinesis')
    return new TidemarkError(
      'invalid',
      'NO_STREAM',
      `stream of ${stack} must exist, got none at ${mapping.sourceArn}; ${see}`,
    );
  return new TidemarkError(
    'invalid',
    'NO_TOPIC',
    `topic of ${stack} must have been read, got no record of ${source.topic.name}; ${see}`,
  );
}
