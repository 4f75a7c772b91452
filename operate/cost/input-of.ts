import type { Topology } from '../../engine/topology.ts';
import { requireSetting } from '../../engine/errors.ts';
import { hours } from '../../engine/time/duration.ts';
import type { CostInput } from './traffic.ts';

export type LoadQuestion = Pick<CostInput, 'eventsPerSecond' | 'keys' | 'eventBytes' | 'flinkEventsPerKpu' | 'kafka'>;

/**
 * The load that is asked about, with what the pipeline says about batches, windows and sinks.
 *
 * @throws INVALID_SETTING when a kind of cluster is named for a stream
 */
export function inputOf(
  { source, eventTime, results, sinks, downstream, sendsTo }: Topology,
  { kafka, ...load }: LoadQuestion,
): CostInput {
  requireSetting(
    'kafka',
    kafka,
    kafka === undefined || source.kind === 'kafka',
    'left out for a pipeline that reads a stream',
    'name one that reads a topic, such as flights-kafka',
  );
  const kinds = sinks.map(({ kind }) => kind);
  return {
    ...load,
    ...(source.kind === 'kafka' ? { kafka: kafka ?? 'serverless' } : {}),
    ...(sendsTo === undefined
      ? {}
      : {
          receivers: sendsTo.receivers,
          paceMs: sendsTo.paceMs,
          furtherExchanges: downstream.slice(1).map(({ exchange }) => exchange.id),
        }),
    batchSize: source.batchSize,
    maxBatchingWindowMs: source.maxBatchingWindowMs,
    windowMs: results.windowMs ?? hours(1),
    openAfterEndMs: eventTime.maxOutOfOrdernessMs + results.allowedLatenessMs,
    resultTable: kinds.includes('resultTable'),
    lake: kinds.includes('lake'),
  };
}
