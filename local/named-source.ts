import { requireSetting } from '../engine/errors.ts';
import { nameOfSource } from '../engine/plan/source.ts';
import { readingOf, type Topology } from '../engine/topology.ts';
import type { LoadedPipeline } from './load-pipeline.ts';

/**
 * The fragment that reads the source of `--source`, which may be left out where there is one.
 *
 * @throws INVALID_SETTING (invalid) naming the sources
 */
export function namedSource(
  loaded: Pick<LoadedPipeline, 'topology' | 'fragments'>,
  name: string | undefined,
): Topology {
  const reading = readingOf(loaded.fragments);
  const found =
    name === undefined && reading.length === 1 ? reading[0] : reading.find((one) => nameOfSource(one.source) === name);
  const names = reading.map(({ source }) => nameOfSource(source));
  requireSetting(
    '--source',
    name,
    found !== undefined,
    `a source of ${loaded.topology.name}, one of ${names.join(', ')}`,
    `pass --source ${names[0]}`,
  );
  return found as Topology;
}
