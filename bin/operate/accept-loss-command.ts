import { KinesisShards } from '../../adapters/kinesis/shards.ts';
import type { Topology } from '../../engine/dsl/topology.ts';
import { TidemarkError } from '../../engine/errors.ts';
import { textFlag, type FlagTexts } from '../../local/cli/flags.ts';
import { dataDirOf } from '../../local/cli/local-options.ts';
import { writeLines } from '../../local/cli/output.ts';
import { nothingYet, requireData } from '../../local/cli/with-service.ts';
import { loadPipeline } from '../../local/load-pipeline.ts';
import { pipelineDir } from '../../local/storage/data-dir.ts';
import { acceptLoss, type LossReport } from '../../operate/accept-loss/accept-loss.ts';
import { lossRangeOf, type LossRange } from '../../operate/accept-loss/loss-range.ts';
import { lossJson, lossText } from '../../operate/accept-loss/report.ts';
import type { Place } from '../../operate/place.ts';
import { stackClients } from '../../operate/stack/clients.ts';
import { describeStackOf } from '../../operate/stack/describe-stack.ts';
import { placedSource, stackPlace } from '../../operate/stack/stack-place.ts';
import { withLocalPlace } from './local-place.ts';
import { sourceFinder } from './local-source.ts';

type Accepted = readonly [place: Pick<Place, 'topology' | 'source'>, report: LossReport];

/** `tidemark accept-loss <pipeline>`: lets one partition go on without records that cannot be counted any more. */
export async function acceptLossCommand(pipeline: string, flags: FlagTexts): Promise<number> {
  const range = lossRangeOf(String(flags['partition']), String(flags['from']), String(flags['to']));
  const { topology } = await loadPipeline(pipeline);
  const stack = textFlag(flags, 'stack', 'pass --stack Tidemark-flights-dev');
  const isDryRun = flags['dryRun'] === true;
  const accepting = stack === undefined ? acceptLocal(topology, flags, range, isDryRun) : acceptInStack(topology, stack, range, isDryRun);
  const [place, report] = await accepting;
  await writeLines([flags['json'] === true ? lossJson(report) : lossText(place, report)]);
  return 0;
}

async function acceptLocal(topology: Topology, flags: FlagTexts, range: LossRange, isDryRun: boolean): Promise<Accepted> {
  const dir = pipelineDir(dataDirOf(flags), topology.name);
  const find = sourceFinder(topology, flags);
  requireData(dir);
  const accepted = await withLocalPlace(topology, dir, find, async (place): Promise<Accepted> => {
    return [place, await acceptLoss(place, place.catalog, range, isDryRun)];
  });
  if (accepted === undefined) throw nothingYet(dir);
  return accepted;
}

async function acceptInStack(topology: Topology, stack: string, range: LossRange, isDryRun: boolean): Promise<Accepted> {
  const clients = stackClients();
  const facts = await describeStackOf(clients, topology, stack);
  const source = placedSource(facts.source);
  if (source === undefined) {
    const text = `source of ${stack} must be there and have been read, got none; see tidemark doctor ${topology.name} --stack ${stack}`;
    throw new TidemarkError('invalid', 'NOTHING_TO_ACCEPT', text);
  }
  const place = stackPlace(clients, topology, facts, source);
  // The brokers of a topic are in a network of their own.
  const losses = facts.source.kind === 'kinesis' ? new KinesisShards(clients.kinesis, facts.mapping.sourceArn) : undefined;
  return [place, await acceptLoss(place, losses, range, isDryRun)];
}
