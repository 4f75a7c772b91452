import { TidemarkError } from '../../engine/errors.ts';
import type { DeployedTopology } from '../deployed-topology.ts';
import type { StageSettings } from '../settings.ts';

/**
 * Two pipelines may read one stream, but two stacks cannot both create it.
 *
 * @throws STREAM_HAS_TWO_OWNERS (invalid)
 */
export function requireOneOwner(topologies: readonly DeployedTopology[], { existingStreamArns }: StageSettings): void {
  const owners = new Map<string, string>();
  for (const { name, source } of topologies.filter((topology) => !Object.hasOwn(existingStreamArns, topology.source.stream))) {
    const owner = owners.get(source.stream);
    if (owner !== undefined) {
      const text = `stream ${source.stream} must be created by one pipeline, got ${JSON.stringify([owner, name])}; put its ARN into existingStreamArns`;
      throw new TidemarkError('invalid', 'STREAM_HAS_TWO_OWNERS', text, { context: { stream: source.stream, owner, name } });
    }
    owners.set(source.stream, name);
  }
}
