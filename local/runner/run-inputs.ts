import { nameOfSource } from '../../engine/plan/source.ts';
import { readingOf } from '../../engine/topology.ts';
import { selectInput, type SelectedInput } from '../inputs/select-input.ts';
import type { LoadedPipeline } from '../load-pipeline.ts';
import { namedSource } from '../named-source.ts';
import type { LocalOptions } from './options.ts';
import type { RunningPipeline } from './running-pipeline.ts';

/** By the name of the source. */
export type SelectedInputs = ReadonlyMap<string, SelectedInput>;

/**
 * What this run puts into which source: a file or the embedded input into the one of `--source`, or the embedded one into
 * each.
 *
 * @throws INVALID_SETTING (invalid) for a file of which it is not said where it goes
 */
export async function selectInputs(
  loaded: Pick<LoadedPipeline, 'topology' | 'fragments'>,
  { input, source, skip, records }: Pick<LocalOptions, 'input' | 'source' | 'skip' | 'records'>,
): Promise<SelectedInputs> {
  const reading =
    input === undefined && source === undefined ? readingOf(loaded.fragments) : [namedSource(loaded, source)];
  const selected = new Map<string, SelectedInput>();
  for (const fragment of reading) {
    const one = await selectInput(fragment, {
      skip,
      ...(input === undefined ? {} : { file: input }),
      ...(records === undefined ? {} : { records }),
    });
    if (one !== undefined) selected.set(nameOfSource(fragment.source), one);
  }
  return selected;
}

/** What to say of inputs of which nothing is left. */
export function nothingWanted(selected: Iterable<SelectedInput>, skip: number): string[] {
  return Array.from(selected).flatMap(({ input: { label, length }, wanted: [start, end] }) => {
    if (start < end) return [];
    const why =
      length === 0 ? `${label} holds no records` : `--skip ${skip} leaves out all ${length} records of ${label}`;
    return [`${why}: nothing is put`];
  });
}

/** Embedded inputs, but for those of sources that hold records of others already: these are named. */
export async function withoutOwn(
  selected: SelectedInputs,
  work: Pick<RunningPipeline, 'sources'>,
  say: (line: string) => void,
): Promise<SelectedInputs> {
  const left = new Map(selected);
  for (const source of work.sources) {
    if (!left.has(source.name) || !(await source.holdsOthers())) continue;
    left.delete(source.name);
    say(`${source.name} holds records already: they are read, nothing is put; pass --input to put more`);
  }
  return left;
}
