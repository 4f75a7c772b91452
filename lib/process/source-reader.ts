import type { Construct } from 'constructs';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import { idOf, shortName } from '../id-of.ts';
import type { PipelineSource, PipelineSources } from '../ingest/pipeline-sources.ts';
import { FragmentFunction, type FragmentFunctionProps } from './fragment-function.ts';
import { Tick } from './tick.ts';

/** What reads one source. */
export interface SourceReader {
  readonly source: PipelineSource;
  readonly processor: FragmentFunction;
  readonly tick: Tick;
}

export interface SourceReadersProps extends Omit<FragmentFunctionProps, 'ingest' | 'network' | 'source'> {
  /** Of the functions that take batches, beyond that of all. */
  readonly ofProcessor: Partial<FunctionEnvironment>;
  /** Of the ticks. */
  readonly ofTick: Partial<FunctionEnvironment>;
}

/** A function for the batches of each source, and one that moves its time on. */
export function sourceReaders(
  scope: Construct,
  { all }: PipelineSources,
  { ofProcessor, ofTick, environment, ...parts }: SourceReadersProps,
): SourceReader[] {
  return all.map((source, place) => {
    const { name, ingest, network } = source;
    const own = { ...parts, ingest, network, source: all.length === 1 ? undefined : shortName(name) };
    const common = { ...environment, ...source.environment };
    return {
      source,
      processor: new FragmentFunction(scope, idOf('Processor', name, place), {
        ...own,
        environment: { ...common, ...ofProcessor },
      }),
      tick: new Tick(scope, idOf('Tick', name, place), { ...own, environment: { ...common, ...ofTick } }),
    };
  });
}
