import { TidemarkError } from '../../engine/errors.ts';
import type { DeployedTopology } from '../deployed-topology.ts';
import type { StageSettings } from '../settings.ts';

/**
 * Two pipelines may share a stream, each reading it or putting its results there, but two stacks cannot both create it.
 *
 * @throws STREAM_HAS_TWO_OWNERS (invalid)
 */
export function requireOneOwner(topologies: readonly DeployedTopology[], { existingStreamArns }: StageSettings): void {
  const owners = new Map<string, string>();
  const used = topologies.flatMap((topology) => streamsOf(topology).map((stream) => ({ name: topology.name, stream })));
  for (const { name, stream } of used) {
    if (Object.hasOwn(existingStreamArns, stream)) continue;
    const owner = owners.get(stream);
    if (owner !== undefined) {
      const text = `stream ${stream} must be created by one pipeline, got ${JSON.stringify([owner, name])}; put its ARN into existingStreamArns`;
      throw new TidemarkError('invalid', 'STREAM_HAS_TWO_OWNERS', text, { context: { stream, owner, name } });
    }
    owners.set(stream, name);
  }
}

function streamsOf({ source, sinks }: DeployedTopology): string[] {
  return [...(source.kind === 'kinesis' ? [source.stream] : []), ...sinks.flatMap((sink) => (sink.kind === 'stream' ? [sink.stream] : []))];
}
