import type { Input } from '../../../local/inputs/input.ts';
import { flightsInput } from '../../../local/inputs/flights.ts';
import type { Comparison } from '../compare.ts';
import { expectedOf } from '../expected.ts';
import { PIPELINES, sourceOf, type PipelineName } from '../pipelines/pipelines.ts';
import { verdictOf as pipelineVerdict } from '../pipelines/verdict.ts';
import type { Run } from '../run.ts';
import { verdictOf as flightsVerdict } from '../verdict.ts';

/** What a run shows beside plain results: without it, equal runs would say little. */
export type Shown = 'late records' | 'corrections' | 'retractions' | 'side outputs';

/** A pipeline that is run from a stream and from a topic, and what is known of its results without the engine. */
export interface FedPipeline {
  readonly open: () => Input;
  readonly records: number;
  readonly shows: readonly Shown[];
  /** Holds a run against the reference, the shards named as a stream names them. */
  readonly verdictOf: (run: Run, shards: number) => Promise<readonly Comparison[]>;
}

/** Every pipeline in `pipelines/` that reads from a stream, but for those with an exchange. */
export const FED: Readonly<Record<string, FedPipeline>> = {
  clickstream: verified('clickstream', ['late records', 'corrections', 'retractions']),
  earthquakes: verified('earthquakes', ['late records', 'corrections']),
  flights: {
    open: () => flightsInput(),
    records: 30_000,
    shows: ['late records', 'corrections'],
    verdictOf: async (run, shards) => flightsVerdict(await expectedOf({ records: 30_000, shards }), run),
  },
  fraud: verified('fraud', ['side outputs']),
};

function verified(name: PipelineName, shows: readonly Shown[]): FedPipeline {
  const { fragments, open: openOf, records, referenceOf } = PIPELINES[name];
  const open = () => openOf(sourceOf(fragments));
  return {
    open,
    records,
    shows,
    verdictOf: async (run, shards) => pipelineVerdict(await referenceOf(open(), records, shards), run),
  };
}

export function shownBy({ late, lake, counts, sideOutputs = {} }: Run): Shown[] {
  const shows: Readonly<Record<Shown, boolean>> = {
    'late records': late.length > 0,
    corrections: counts.firings > counts.results,
    retractions: lake.some(({ retracted }) => retracted === true),
    'side outputs': Object.values(sideOutputs).some((rows) => rows.length > 0),
  };
  return (Object.keys(shows) as Shown[]).filter((what) => shows[what]);
}
