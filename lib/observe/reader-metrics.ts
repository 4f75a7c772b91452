import type { FunctionMetrics } from './service-metrics.ts';
import type { SourceMetrics } from './source-metrics.ts';

/** What is measured of one source and of the functions that read it. */
export interface ReaderMetrics {
  /** Of the source, where its pipeline has several; undefined: it is the only one. */
  readonly name: string | undefined;
  readonly function: FunctionMetrics;
  /** Of the function that moves time on where input has stopped. */
  readonly tick: FunctionMetrics;
  readonly source: SourceMetrics;
  /** Where the function's report of each batch is kept. */
  readonly logGroupName: string;
}

/** The first one first. */
export type Readers = readonly [ReaderMetrics, ...ReaderMetrics[]];

/** A title, with the source that it is about where there are several. */
export function titleOf(title: string, { name }: ReaderMetrics): string {
  return name === undefined ? title : `${title} · ${name}`;
}
