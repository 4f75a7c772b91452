import { TidemarkError } from '../engine/errors.ts';
import type { DeployedTopology } from '../lib/deployed-topology.ts';
import { topicsOf } from '../lib/ingest/kafka/pipeline-topics.ts';
import type { Target } from '../lib/settings.ts';

/**
 * Emulators have no Kafka cluster that a stack could create.
 *
 * @throws NEEDS_AWS (invalid) when a pipeline has a topic
 */
export function requireTarget(topologies: readonly DeployedTopology[], target: Target): void {
  if (target === 'aws') return;
  for (const topology of topologies) {
    const topics = topicsOf(topology).map(({ topic }) => topic);
    if (topics.length === 0) continue;
    const text = `pipeline ${topology.name} must have no topic for target emulator, got ${JSON.stringify(topics)}; run it with npx tidemark local ${topology.name} --kafka localhost:9092`;
    throw new TidemarkError('invalid', 'NEEDS_AWS', text, { context: { name: topology.name, topics } });
  }
}
