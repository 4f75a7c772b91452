import type { Topology } from '../../engine/topology.ts';
import { textFlag, type FlagTexts } from '../../local/cli/flags.ts';
import { dataDirOf } from '../../local/cli/local-options.ts';
import { writeLines } from '../../local/cli/output.ts';
import { nothingYet, requireData } from '../../local/cli/with-service.ts';
import { loadPipeline } from '../../local/load-pipeline.ts';
import { namedSource } from '../../local/named-source.ts';
import { pipelineDir } from '../../local/storage/data-dir.ts';
import { acceptLossInStack } from '../../operate/accept-loss/accept-loss-stack.ts';
import { acceptLoss, type LossReport } from '../../operate/accept-loss/accept-loss.ts';
import { lossRangeOf, type LossRange } from '../../operate/accept-loss/loss-range.ts';
import { lossJson, lossText } from '../../operate/accept-loss/report.ts';
import { stackClients } from '../../operate/stack/clients.ts';
import { withLocalPlace } from './local-place.ts';
import { sourceFinder } from './local-source.ts';

/** `tidemark accept-loss <pipeline>`: lets one partition go on without records that cannot be counted any more. */
export async function acceptLossCommand(pipeline: string, flags: FlagTexts): Promise<number> {
  const range = lossRangeOf(String(flags['partition']), String(flags['from']), String(flags['to']));
  const source = textFlag(flags, 'source', 'pass the name of a stream or topic');
  const topology = namedSource(await loadPipeline(pipeline), source);
  const stack = textFlag(flags, 'stack', 'pass --stack Tidemark-flights-dev');
  const isDryRun = flags['dryRun'] === true;
  const accepting =
    stack === undefined
      ? acceptLocal(topology, flags, range, isDryRun)
      : acceptLossInStack(stackClients(), topology, stack, range, isDryRun);
  const report = await accepting;
  await writeLines([flags['json'] === true ? lossJson(report) : lossText(topology, report)]);
  return 0;
}

async function acceptLocal(
  topology: Topology,
  flags: FlagTexts,
  range: LossRange,
  isDryRun: boolean,
): Promise<LossReport> {
  const dir = pipelineDir(dataDirOf(flags), topology.name);
  const find = sourceFinder(topology, flags);
  requireData(dir);
  const accepted = await withLocalPlace([topology], dir, [find], (place) =>
    acceptLoss(place, place.views[0]?.catalog, range, isDryRun),
  );
  if (accepted === undefined) throw nothingYet(dir);
  return accepted;
}
