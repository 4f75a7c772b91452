import { readingOf } from '../../engine/topology.ts';
import { textFlag, type FlagTexts } from '../../local/cli/flags.ts';
import { dataDirOf } from '../../local/cli/local-options.ts';
import { writeLines } from '../../local/cli/output.ts';
import { loadPipeline } from '../../local/load-pipeline.ts';
import { pipelineDir } from '../../local/storage/data-dir.ts';
import { doctorStack } from '../../operate/doctor/doctor-stack.ts';
import { doctorJson, doctorText, hasProblem } from '../../operate/doctor/report.ts';
import { stackClients } from '../../operate/stack/clients.ts';
import { doctorLocal } from './doctor-local.ts';
import { sourceFinder } from './local-source.ts';

/** `tidemark doctor <pipeline>`: ends with 1 when there is a problem; warnings are none. */
export async function doctorCommand(pipeline: string, flags: FlagTexts): Promise<number> {
  const { topology, fragments } = await loadPipeline(pipeline);
  const dir = pipelineDir(dataDirOf(flags), topology.name);
  const stack = textFlag(flags, 'stack', 'pass --stack Tidemark-flights-dev');
  const findings =
    stack === undefined
      ? await doctorLocal(
          fragments,
          dir,
          readingOf(fragments).map((one) => sourceFinder(one, flags)),
        )
      : await doctorStack(stackClients(), fragments, stack);
  await writeLines(flags['json'] === true ? doctorJson(findings) : [doctorText(findings)]);
  return hasProblem(findings) ? 1 : 0;
}
