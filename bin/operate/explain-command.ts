import { requireSetting } from '../../engine/errors.ts';
import { planJson } from '../../engine/plan/plan-json.ts';
import type { FlagTexts } from '../../local/cli/flags.ts';
import { writeLines } from '../../local/cli/output.ts';
import { loadPipeline } from '../../local/load-pipeline.ts';
import { drawExplanation, mermaidOf } from '../../operate/explain/draw.ts';
import { explain } from '../../operate/explain/explain.ts';

/** `tidemark explain <pipeline>`: needs neither data nor an account. */
export async function explainCommand(pipeline: string, { json, mermaid }: FlagTexts): Promise<number> {
  requireSetting(
    'json',
    '--json --mermaid',
    json !== true || mermaid !== true,
    'given without --mermaid',
    'leave one of the two out',
  );
  const loaded = await loadPipeline(pipeline);
  const explanation = explain(loaded);
  const text =
    json === true
      ? JSON.stringify({ ...explanation, plan: planJson(loaded.plan) })
      : mermaid === true
        ? mermaidOf(explanation)
        : drawExplanation(explanation);
  await writeLines([text]);
  return 0;
}
