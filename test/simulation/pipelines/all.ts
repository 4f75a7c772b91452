import type { SeededRandom } from '../world/random.ts';
import { alignedWindows } from './aligned-windows.ts';
import { everyFew } from './every-n.ts';
import { processFunction } from './process-function.ts';
import { sessions } from './sessions.ts';
import type { SimulatedPipeline } from './simulated-pipeline.ts';

const FIRST: readonly SimulatedPipeline[] = [alignedWindows, everyFew, processFunction];

export const PIPELINES: readonly SimulatedPipeline[] = [...FIRST, sessions];

const sharesOf = (pipelines: readonly SimulatedPipeline[]): SimulatedPipeline[] =>
  pipelines.flatMap((pipeline) => Array.from({ length: pipeline.weight }, () => pipeline));

/**
 * Each as often as its weight says.
 *
 * @param dice a new die of this name: a kind of pipeline that is added takes its share, and leaves the others their seeds
 */
export function drawPipeline(dice: (name: string) => SeededRandom): SimulatedPipeline {
  const isSessions = dice('sessions').chance(sessions.weight / sharesOf(PIPELINES).length);
  return isSessions ? sessions : dice('pipeline').pick(sharesOf(FIRST));
}
