import { FlightsFile, type Flights } from './flights-file.ts';
import type { Input, InputRecord } from './input.ts';
import { isSettled, publicationOrder } from './publication-order.ts';

const PIECE = 1_000;

/** The departures in the order of their publication. */
export function flightsInput(file: FlightsFile = new FlightsFile()): Input {
  return departures(file, {
    identity: 'flights-3m',
    label: 'US departures of 2001',
    length: file.groups.reduce((sum, group) => sum + group.rows, 0),
    isWanted: () => true,
    toRecord,
  });
}

/** Some of the departures, as one system publishes them. */
export interface Departing extends Pick<Input, 'identity' | 'label' | 'length'> {
  /** Whether the flight in a row of the file is among them. */
  isWanted(flights: Flights, row: number): boolean;
  toRecord(flights: Flights, row: number): InputRecord;
}

/** In the order of their publication. Reads only as much of the file as decides the part that is asked for. */
export function departures(
  file: FlightsFile,
  { identity, label, length, isWanted, toRecord: recordOf }: Departing,
): Input {
  return {
    identity,
    label,
    length,
    async *read(start, end) {
      const until = Math.min(end, length);
      if (start >= until) return;
      const { flights, order } = await published(file, until, isWanted);
      for (let from = start; from < until; from += PIECE) {
        yield Array.from(order.subarray(from, Math.min(from + PIECE, until)), (row) => recordOf(flights, row));
      }
    },
  };
}

/** The first `count` wanted flights in order of publication, and perhaps more. */
async function published(
  file: FlightsFile,
  count: number,
  isWanted: Departing['isWanted'],
): Promise<{ flights: Flights; order: Uint32Array }> {
  let rows = 0;
  for (let groups = 1; ; groups++) {
    rows += file.groups[groups - 1]?.rows ?? 0;
    const last = groups >= file.groups.length;
    if (rows < count && !last) continue;
    const flights = await file.read(groups);
    const order = publicationOrder(flights).filter((row) => isWanted(flights, row));
    const unreadFromMs = file.groups
      .slice(groups)
      .reduce((least, group) => Math.min(least, group.fromMs), Number.POSITIVE_INFINITY);
    if (last || isSettled(flights, order, count, unreadFromMs)) return { flights, order };
  }
}

/** @example {"row":0,"date":"2001-01-01T00:01:00.000Z","delay":33,"distance":2176,"origin":"LAS","destination":"PHL"} */
function toRecord(flights: Flights, row: number): InputRecord {
  const origin = flights.origin[row] ?? '';
  const departure = {
    row,
    date: new Date(flights.dateMs[row] ?? Number.NaN).toISOString(),
    delay: flights.delayMin[row],
    distance: flights.distance[row],
    origin,
    destination: flights.destination[row],
  };
  return { partitionKey: origin, data: Buffer.from(JSON.stringify(departure)) };
}
