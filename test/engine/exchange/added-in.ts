import { kinesis, pipeline, resultTable, sum, tumbling, type Pipeline } from '../../../engine/index.ts';
import { READING } from '../support/readings.ts';

type Receivers = readonly [number, ...number[]];

export interface PassingOnSettings {
  /** Of the exchange to the first key; undefined: that is the partition key. */
  readonly first?: Receivers | undefined;
  /** Of the exchange that is added; undefined: it is not there yet. */
  readonly added?: Receivers | undefined;
  readonly allowedLatenessMs?: number;
  readonly maxOutOfOrdernessMs?: number;
}

/** Values from 0 on fall into so many groups. */
export const GROUPS = 3;

/**
 * What becomes of a record is a result of it alone, and behind the added exchange it is counted once: a sum of bits tells which
 * values are in it.
 */
export function passingOn(settings: PassingOnSettings = {}): Pipeline {
  const { first, added, allowedLatenessMs = 0, maxOutOfOrdernessMs = 0 } = settings;
  const timed = pipeline('readings')
    .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs, maxClockSkewMs: 1e9 });
  const emitted = (first === undefined ? timed.keyBy('key') : timed.keyBy('value', { receivers: first })).process({
    version: 1,
    state: {},
    results: { bit: 'integer', group: 'integer' },
    onRecord: ({ value: reading }, { emit }) => emit({ bit: 2 ** reading.value, group: reading.value % GROUPS }),
  });
  if (added === undefined) return emitted.to(resultTable());
  return emitted
    .keyBy('group', { receivers: added })
    .window(tumbling({ sizeMs: 10 }), { allowedLatenessMs })
    .aggregate({ n: sum('bit') })
    .to(resultTable());
}
