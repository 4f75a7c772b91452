import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import type { SourcePartition } from '../../engine/record.ts';
import { flightsInput } from '../../local/inputs/flights.ts';
import { shardName } from '../../test/verify/records-by-shard.ts';
import { eventRecord, type Invocation } from '../flights-load.ts';

/** Of one shard: the watermark of a single slot of Flink follows all records too. */
const SHARD: SourcePartition = {
  pipeline: 'flights',
  source: 'departures',
  stage: '0',
  incarnation: '1',
  partition: shardName(0),
};
const ARRIVAL_MS = Date.UTC(2030, 0);
const LINE_FEED = 10;

/** The first flights in the order of their publication, a record a line. */
export async function writeFlightLines(path: string, records: number): Promise<void> {
  const file = createWriteStream(path);
  for await (const piece of flightsInput().read(0, records)) {
    if (!file.write(piece.map(({ data }) => `${Buffer.from(data).toString('utf8')}\n`).join('')))
      await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/**
 * The same bytes as Lambda hands them over, some events at a time: a function never has all that will come in its heap,
 * where each collection of garbage would go through it.
 */
export class FlightEvents {
  readonly #lines: Buffer;
  readonly #batchSize: number;
  readonly #batches: number;

  /** @param batches events that are made at a time */
  constructor(path: string, { batchSize, batches }: { readonly batchSize: number; readonly batches: number }) {
    this.#lines = readFileSync(path);
    this.#batchSize = batchSize;
    this.#batches = batches;
  }

  *parts(): Generator<readonly Invocation[]> {
    const records: Invocation['event']['Records'] = [];
    let offset = 0n;
    for (let from = 0; from < this.#lines.length;) {
      const end = this.#lines.indexOf(LINE_FEED, from);
      records.push(recordOf(this.#lines.subarray(from, end), (offset += 1n)));
      from = end + 1;
      if (records.length === this.#batchSize * this.#batches) yield this.#events(records.splice(0));
    }
    if (records.length > 0) yield this.#events(records);
  }

  #events(records: Invocation['event']['Records']): Invocation[] {
    const events: Invocation[] = [];
    for (let from = 0; from < records.length; from += this.#batchSize)
      events.push({ partition: SHARD, event: { Records: records.slice(from, from + this.#batchSize) } });
    return events;
  }
}

function recordOf(data: Buffer, offset: bigint): Invocation['event']['Records'][number] {
  const { origin } = JSON.parse(data.toString('utf8')) as { readonly origin: string };
  return eventRecord(SHARD, { offset, subSequence: 0, partitionKey: origin, arrivalTimeMs: ARRIVAL_MS, data });
}
