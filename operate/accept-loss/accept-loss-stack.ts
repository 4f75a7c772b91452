import { KinesisShards } from '../../adapters/kinesis/shards.ts';
import type { Topology } from '../../engine/topology.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { StackClients } from '../stack/clients.ts';
import { describeStackOf } from '../stack/describe-stack.ts';
import { placedSource, stackPlace } from '../stack/stack-place.ts';
import { acceptLoss, type LossReport } from './accept-loss.ts';
import type { LossRange } from './loss-range.ts';

/**
 * Accepts a loss of a deployed pipeline. The brokers of a topic are not asked: they are seldom reached from here.
 *
 * @throws NOTHING_TO_ACCEPT (invalid) when there is no source · what `describeStackOf` and `acceptLoss` throw
 */
export async function acceptLossInStack(
  clients: StackClients,
  topology: Topology,
  stack: string,
  range: LossRange,
  isDryRun: boolean,
): Promise<LossReport> {
  const facts = await describeStackOf(clients, topology, stack);
  const source = placedSource(facts.source);
  if (source === undefined) {
    const see = `see tidemark doctor ${topology.name} --stack ${stack}`;
    const text = `source of ${stack} must be there and have been read, got none; ${see}`;
    throw new TidemarkError('invalid', 'NOTHING_TO_ACCEPT', text);
  }
  const isStream = facts.source.kind === 'kinesis';
  const losses = isStream ? new KinesisShards(clients.kinesis, facts.mapping.sourceArn) : undefined;
  return acceptLoss(stackPlace(clients, topology, facts, source), losses, range, isDryRun);
}
