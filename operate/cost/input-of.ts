import type { Topology } from '../../engine/dsl/topology.ts';
import type { CostInput } from './traffic.ts';

export type LoadQuestion = Pick<CostInput, 'eventsPerSecond' | 'keys' | 'eventBytes' | 'flinkEventsPerKpu'>;

/** The load that is asked about, with what the pipeline says about batches, windows and sinks. */
export function inputOf({ source, eventTime, window, allowedLatenessMs, sinks }: Topology, load: LoadQuestion): CostInput {
  const kinds = sinks.map(({ kind }) => kind);
  return {
    ...load,
    batchSize: source.batchSize,
    maxBatchingWindowMs: source.maxBatchingWindowMs,
    windowMs: window.sizeMs,
    openAfterEndMs: eventTime.maxOutOfOrdernessMs + allowedLatenessMs,
    resultTable: kinds.includes('resultTable'),
    lake: kinds.includes('lake'),
  };
}
