/** Prints what `tidemark explain` draws of every pipeline, as one JSON object: a test transforms code, and its text with it. */
import { importPipeline, pipelineFile, pipelineNames, PIPELINES } from '../../lambdas/pipeline-module.ts';
import { drawExplanation } from '../../operate/explain/draw.ts';
import { explain } from '../../operate/explain/explain.ts';

const drawn = await Promise.all(
  pipelineNames(PIPELINES).map(async (name) => {
    const pipeline = await importPipeline(pipelineFile(PIPELINES, name));
    return [name, drawExplanation(explain(pipeline))] as const;
  }),
);
console.log(JSON.stringify(Object.fromEntries(drawn)));
