import { alignedWindows } from './aligned-windows.ts';
import { everyFew } from './every-n.ts';
import { processFunction } from './process-function.ts';
import type { SimulatedPipeline } from './simulated-pipeline.ts';

export const PIPELINES: readonly SimulatedPipeline[] = [alignedWindows, everyFew, processFunction];

/** Each as often as its weight says. */
export const DRAWN_FROM: readonly SimulatedPipeline[] = PIPELINES.flatMap((pipeline) => Array.from({ length: pipeline.weight }, () => pipeline));
