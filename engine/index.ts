/** What a pipeline's definition may use. */
export { fedFrom } from './dsl/fed-from.ts';
export { pipeline, type Pipeline } from './dsl/pipeline.ts';
export { kafka, kinesis } from './dsl/sources.ts';
export { lake, resultTable, stream } from './dsl/sinks.ts';
export type { Topology } from './dsl/topology.ts';
export { tumbling } from './window/tumbling-windows.ts';
export { count, countIf, max, mean, min, sum, sumExact } from './aggregate/aggregates.ts';
export type { Aggregate, Aggregator } from './aggregate/aggregate.ts';
export { custom } from './aggregate/custom.ts';
export { approxDistinct } from './aggregate/distinct.ts';
export { histogram } from './aggregate/histogram.ts';
export { quantile, quantiles } from './aggregate/quantile.ts';
export { collect, first, last, maxBy, minBy, topN } from './aggregate/taking.ts';
export { standardDeviation, variance } from './aggregate/variance.ts';
export { days, hours, minutes, seconds } from './time/duration.ts';
export { TidemarkError } from './errors.ts';
