import type { Topology } from '../../../engine/dsl/topology.ts';
import { clicksInput } from '../../../local/inputs/clicks.ts';
import type { Input } from '../../../local/inputs/input.ts';
import clickstream from '../../../pipelines/clickstream.ts';
import { clickstreamReference } from './clickstream-reference.ts';
import type { Reference } from './reference.ts';

interface Verified {
  readonly topology: Topology;
  readonly open: () => Input;
  /** As many records as show everything that the pipeline does. */
  readonly records: number;
  readonly referenceOf: (input: Input, records: number, shards: number) => Promise<Reference>;
}

export type PipelineName = 'clickstream';

/** The pipelines that are held against a reference of their own. */
export const PIPELINES: Readonly<Record<PipelineName, Verified>> = {
  clickstream: { topology: clickstream.topology, open: clicksInput, records: 20_000, referenceOf: clickstreamReference },
};
