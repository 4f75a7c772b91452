import type { Topology } from '../../engine/topology.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import type { Interval } from '../feeder/intervals.ts';
import { chargesInput } from './charges.ts';
import { clicksInput } from './clicks.ts';
import { earthquakesInput } from './earthquakes.ts';
import { flightsInput } from './flights.ts';
import { haulInput } from './hauls.ts';
import type { Input } from './input.ts';
import { ndjsonInput } from './ndjson.ts';
import { ordersInput } from './orders.ts';
import { spread } from './spread.ts';

/** Pipelines that come with an input of their own for each source, and how much of each a run takes unless told otherwise. */
const EMBEDDED: Readonly<Record<string, { readonly open: (source: string) => Input; readonly records: number }>> = {
  clickstream: { open: clicksInput, records: 20_000 },
  'busy-airports': { open: () => flightsInput(), records: 100_000 },
  busiest: { open: () => flightsInput(), records: 100_000 },
  destinations: { open: () => flightsInput(), records: 100_000 },
  earthquakes: { open: () => earthquakesInput(), records: 2_000 },
  inbound: { open: haulInput, records: 50_000 },
  'flights-kafka': { open: () => flightsInput(), records: 100_000 },
  fraud: { open: chargesInput, records: 20_000 },
  orders: { open: ordersInput, records: 20_000 },
  flights: { open: () => flightsInput(), records: 100_000 },
  routes: { open: () => flightsInput(), records: 100_000 },
  totals: { open: () => flightsInput(), records: 100_000 },
};

export interface InputChoice {
  /** Path of a file with one record per line. */
  readonly file?: string;
  readonly skip: number;
  /** @default all of a file, of an embedded input as many as it says */
  readonly records?: number;
}

export interface SelectedInput {
  readonly input: Input;
  readonly wanted: Interval;
}

/** Records of the input that a pipeline comes with, of the longest one where it reads several sources; 0 when it has none. */
export function lengthOfEmbedded({ name, sources }: Pick<Topology, 'name' | 'sources'>): number {
  const embedded = Object.hasOwn(EMBEDDED, name) ? EMBEDDED[name] : undefined;
  return Math.max(0, ...sources.map((source) => embedded?.open(nameOfSource(source)).length ?? 0));
}

/** What this run puts into a source; undefined when the pipeline has no input of its own and none was given. */
export async function selectInput(
  { name, source }: Pick<Topology, 'name' | 'source'>,
  choice: InputChoice,
): Promise<SelectedInput | undefined> {
  const embedded = Object.hasOwn(EMBEDDED, name) ? EMBEDDED[name] : undefined;
  const input =
    choice.file === undefined
      ? keyedFor(source, embedded?.open(nameOfSource(source)))
      : await ndjsonInput(choice.file, source.partitionKey);
  if (input === undefined) return undefined;
  const records = choice.records ?? (choice.file === undefined ? (embedded?.records ?? input.length) : input.length);
  const start = Math.min(choice.skip, input.length);
  return { input, wanted: [start, Math.min(start + records, input.length)] };
}

function keyedFor({ partitionKey }: Topology['source'], input: Input | undefined): Input | undefined {
  return input === undefined || partitionKey !== undefined ? input : spread(input);
}
