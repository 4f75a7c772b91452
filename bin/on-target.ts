import { TidemarkError } from '../engine/errors.ts';
import { topicsOf } from '../lib/ingest/kafka/pipeline-topics.ts';
import type { DeployedPipeline } from '../lib/load-pipelines.ts';
import type { Target } from '../lib/settings.ts';

/**
 * Those pipelines that a target can have. Emulators have no Kafka cluster that a stack could create: `all` leaves out the
 * pipelines with a topic and says so.
 *
 * @param selection what was asked for, e.g. `all`
 * @throws NEEDS_AWS (invalid) when a pipeline with a topic was asked for by its name
 */
export function onTarget(
  pipelines: readonly DeployedPipeline[],
  target: Target,
  selection: string,
): DeployedPipeline[] {
  return pipelines.filter(({ name, topology }) => {
    const topics = topicsOf(topology).map(({ topic }) => topic);
    if (target === 'aws' || topics.length === 0) return true;
    const text = `pipeline ${name} must have no topic for target emulator, got ${JSON.stringify(topics)}; run it with npx tidemark local ${name} --kafka localhost:9092`;
    if (selection !== 'all') throw new TidemarkError('invalid', 'NEEDS_AWS', text, { context: { name, topics } });
    console.error(`left out: ${text}`);
    return false;
  });
}
