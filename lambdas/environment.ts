/**
 * The environment variables of the functions: set by `lib/` and by the local runner, read by `wiring.ts`, nowhere else.
 * Endpoints of emulators come through the SDK's own `AWS_ENDPOINT_URL_*`.
 */
export interface FunctionEnvironment {
  /** Table of the partition logs. */
  readonly TIDEMARK_LOG_TABLE: string;
  /** Table of the results; empty when the pipeline has no result table. */
  readonly TIDEMARK_RESULTS_TABLE: string;
  /** Snapshots and large deltas: `s3://bucket/prefix` or `file:///folder`. */
  readonly TIDEMARK_BLOBS: string;
  /** Results, late records and dead letters as gzip NDJSON: `s3://bucket/prefix` or `file:///folder`. */
  readonly TIDEMARK_LAKE: string;
}
