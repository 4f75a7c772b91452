import { TidemarkError } from '../engine/errors.ts';
import type { Pipeline, Topology } from '../engine/index.ts';
import { nameOfSource } from '../engine/plan/source.ts';

/**
 * What reads a source.
 *
 * @param source its name; empty: the first one
 * @throws NEEDS_SOURCE (invalid)
 */
export function readingFragment(
  { topology, fragments }: Pick<Pipeline, 'topology' | 'fragments'>,
  source: string,
): Topology {
  if (source === '') return topology;
  const found = fragments.find((one) => one.receivesFrom === undefined && nameOfSource(one.source) === source);
  if (found !== undefined) return found;
  const text = `TIDEMARK_SOURCE must be a source of ${topology.name}, one of ${topology.sources.map(nameOfSource).join(', ')}, got ${JSON.stringify(source)}; deploy the function with the definition that runs`;
  throw new TidemarkError('invalid', 'NEEDS_SOURCE', text);
}
