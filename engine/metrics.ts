/** The metrics of a batch: emitted by the functions, drawn by the dashboard. Names are those of BatchReport. */
export const BATCH_METRICS = Object.freeze({
  namespace: 'Tidemark',
  /** Dimension of all of them. */
  dimension: 'pipeline',
  counts: Object.freeze([
    { name: 'recordsIn' },
    { name: 'recordsReplayed' },
    { name: 'resultsOut' },
    { name: 'lateRecords' },
    { name: 'deadLetters' },
    { name: 'commits' },
    { name: 'writeUnits' },
    { name: 'openWindows' },
  ] as const),
});
