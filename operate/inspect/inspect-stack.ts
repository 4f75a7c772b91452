import { readingOf, receivingOf, type Topology } from '../../engine/topology.ts';
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
 * @param fragments of the pipeline
 * @throws NO_STREAM, NO_TOPIC (invalid) when the stream that the mapping names is gone, its topic was never read · what `describeStackOf` and `inspect` throw
 */
export async function inspectStack(
  clients: StackClients,
  fragments: readonly Topology[],
  stack: string,
): Promise<PartitionReport[]> {
  const sources = await Promise.all(
    readingOf(fragments).map(async (topology) => {
      const facts = await describeStackOf(clients, topology, stack);
      const source = placedSource(facts.source);
      if (source === undefined) throw nothingToInspect(topology, facts);
      return { topology, facts, source };
    }),
  );
  const [{ topology, facts, source }, ...others] = sources as [(typeof sources)[number], ...typeof sources];
  const receiving = receivingOf(fragments);
  return inspect({ ...stackPlace(clients, topology, facts, source), others, receiving });
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
