import { readingOf, receivingOf, type Topology } from '../../engine/topology.ts';
import { textFlag, type FlagTexts } from '../../local/cli/flags.ts';
import { dataDirOf } from '../../local/cli/local-options.ts';
import { writeLines } from '../../local/cli/output.ts';
import { nothingYet, requireData } from '../../local/cli/with-service.ts';
import { loadPipeline } from '../../local/load-pipeline.ts';
import { pipelineDir } from '../../local/storage/data-dir.ts';
import { inspect } from '../../operate/inspect/inspect.ts';
import { inspectStack } from '../../operate/inspect/inspect-stack.ts';
import { reportJson, type PartitionReport } from '../../operate/inspect/partition-report.ts';
import { inspectTable } from '../../operate/inspect/table.ts';
import { partitionNounOf } from '../../operate/place.ts';
import { stackClients } from '../../operate/stack/clients.ts';
import { withLocalPlace } from './local-place.ts';
import { sourceFinder } from './local-source.ts';

/** `tidemark inspect <pipeline>`: every partition's log, verified. Ends with 1 when one is at fault. */
export async function inspectCommand(pipeline: string, flags: FlagTexts): Promise<number> {
  const { topology, fragments } = await loadPipeline(pipeline);
  const stack = textFlag(flags, 'stack', 'pass --stack Tidemark-flights-dev');
  const reports =
    stack === undefined
      ? await inspectLocal(topology.name, fragments, flags)
      : await inspectStack(stackClients(), fragments, stack);
  await writeLines(
    flags['json'] === true ? reports.map(reportJson) : [inspectTable(reports, partitionNounOf(topology))],
  );
  return reports.every(({ verified }) => verified) ? 0 : 1;
}

async function inspectLocal(
  pipeline: string,
  fragments: readonly Topology[],
  flags: FlagTexts,
): Promise<PartitionReport[]> {
  const dir = pipelineDir(dataDirOf(flags), pipeline);
  const reading = readingOf(fragments);
  const find = reading.map((topology) => sourceFinder(topology, flags));
  requireData(dir);
  const reports = await withLocalPlace(reading, dir, find, (place) =>
    inspect({ ...place, receiving: receivingOf(fragments) }),
  );
  if (reports === undefined) throw nothingYet(dir);
  return reports;
}
