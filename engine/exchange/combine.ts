/**
 * Rows of one commit that fall into the same windows of a key become one, where what is behind the exchange aggregates them
 * exactly (PL-29):
 *
 *     rows      ATL 8:05 delay 3   ORD 8:10 delay 0   ATL 8:40 delay 9   ATL 7:55 late
 *     combined  ATL 8:00 {records: 2, delays: 12}     ORD 8:00 {records: 1, delays: 0}   ATL 7:55 late
 *
 * A row that its sender is past travels by itself, and so does one of which an aggregate can take nothing: it may become a
 * late record or a dead letter of its own. All others are in time for all of their windows at any receiver, for those end
 * after the sender's watermark, and a receiver's is no higher.
 */
import type { Aggregate } from '../aggregate/aggregate.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import type { NamedAggregate } from '../window/windows.ts';
import type { PartialResult } from './partial-result.ts';
import type { Row } from './row.ts';

/** Windows whose partial results may come through an exchange. */
export interface Combinable {
  /** Their canonical text: slices of others are none of theirs. */
  readonly windows: string;
  readonly sliceOf: (eventTimeMs: number) => number;
  readonly aggregates: readonly NamedAggregate[];
}

/** What the aggregates take of a row. @throws anything that user code throws */
export function inputsOf({ aggregates }: Combinable, row: Row): readonly unknown[] {
  const inputs: unknown[] = [];
  for (const { aggregate } of aggregates) inputs.push((aggregate as Aggregate<unknown>).extract(row.value, row));
  return inputs;
}

export interface Combined {
  /** Rows that travel by themselves, in their order. */
  readonly alone: readonly Row[];
  readonly partials: readonly PartialRow[];
}

export type PartialRow = Row & Required<Pick<Row, 'partial'>>;

/** @param fromMs rows with an event time before it travel by themselves */
export function combine(rows: readonly Row[], { sliceOf, aggregates }: Combinable, fromMs: number): Combined {
  const alone: Row[] = [];
  const slices = new Map<number, Map<string, Group>>();
  for (const row of rows) {
    const { key, eventTimeMs, inputs } = row;
    if (inputs === undefined || eventTimeMs < fromMs) {
      alone.push(row);
      continue;
    }
    const sliceMs = sliceOf(eventTimeMs);
    const slice = slices.get(sliceMs) ?? new Map<string, Group>();
    if (slice.size === 0) slices.set(sliceMs, slice);
    const group = slice.get(key) ?? newGroup(aggregates);
    if (group.records === 0) slice.set(key, group);
    group.records++;
    for (let i = 0; i < inputs.length; i++) {
      const { aggregator } = (aggregates[i] as NamedAggregate).aggregate;
      group.accumulators[i] = aggregator.add(group.accumulators[i], inputs[i]);
    }
  }
  const partials = [...slices].flatMap(([sliceMs, slice]) =>
    [...slice].map(([key, partial]) => partialRow(key, sliceMs, partial)),
  );
  return { alone, partials };
}

/** It is in time by itself, so it bears no watermark. */
export function partialRow(key: string, sliceMs: number, partial: PartialResult): PartialRow {
  return { key, eventTimeMs: sliceMs, watermarkMs: NO_WATERMARK, value: undefined, partial };
}

interface Group {
  records: number;
  readonly accumulators: unknown[];
}

function newGroup(aggregates: readonly NamedAggregate[]): Group {
  return { records: 0, accumulators: aggregates.map(({ aggregate }) => aggregate.aggregator.init()) };
}
