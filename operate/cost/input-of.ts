import type { Topology } from '../../engine/dsl/topology.ts';
import { hours } from '../../engine/time/duration.ts';
import type { CostInput } from './traffic.ts';

export type LoadQuestion = Pick<CostInput, 'eventsPerSecond' | 'keys' | 'eventBytes' | 'flinkEventsPerKpu'>;

/** The load that is asked about, with what the pipeline says about batches, windows and sinks. */
export function inputOf({ source, eventTime, results, sinks }: Topology, load: LoadQuestion): CostInput {
  const kinds = sinks.map(({ kind }) => kind);
  return {
    ...load,
    batchSize: source.batchSize,
    maxBatchingWindowMs: source.maxBatchingWindowMs,
    windowMs: results.windowMs ?? hours(1),
    openAfterEndMs: eventTime.maxOutOfOrdernessMs + results.allowedLatenessMs,
    resultTable: kinds.includes('resultTable'),
    lake: kinds.includes('lake'),
  };
}
