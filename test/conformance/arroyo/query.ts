import { z } from 'zod/mini';
import { kinesis, pipeline, seconds } from '../../../engine/index.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import type { Definition } from '../lived.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A query of Arroyo's tests, or another one over the same input. */
export interface Query {
  readonly name: string;
  readonly input: 'cars.json' | 'impulse.json';
  readonly definition: Definition;
  readonly rowsOf: (result: ResultRow) => readonly Row[];
  /** By DuckDB, from the table `cars`, whose `ms` is `timestamp`. @default the rows of the golden file of that name */
  readonly sql?: string;
}

const CAR = z.object({
  timestamp: z.string(),
  driver_id: z.number(),
  event_type: z.string(),
  location: z.string(),
});
const IMPULSE = z.object({ timestamp: z.string(), counter: z.number() });

export const timeOf = ({ timestamp }: { readonly timestamp: string }): number => Date.parse(timestamp);

/** As in the golden files: without a zone, milliseconds only when there are any. @example textOf(0) // '1970-01-01T00:00:00' */
export const textOf = (timeMs: number): string => new Date(timeMs).toISOString().replace(/(\.000)?Z$/, '');

/** Out of order by 23 s at most. */
export const cars = (name: string) =>
  pipeline(name)
    .source(kinesis({ stream: 'cars', schema: CAR }))
    .eventTime(timeOf, { maxOutOfOrdernessMs: seconds(30) });

export const impulses = (name: string) =>
  pipeline(name)
    .source(kinesis({ stream: 'impulses', schema: IMPULSE }))
    .eventTime(timeOf, { maxOutOfOrdernessMs: 0 });
