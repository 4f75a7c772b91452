import { TidemarkError } from '../../engine/errors.ts';
import { departures } from './flights.ts';
import { FlightsFile, type Flights } from './flights-file.ts';
import type { Input } from './input.ts';

/** From here on a flight is a long one [miles]. */
export const LONG_HAUL_MILES = 1_000;
const FLIGHTS = { 'short-haul': 2_283_417, 'long-haul': 716_583 } as const;

/**
 * The departures as two systems publish them, one of the short flights and one of the long ones. The second has names and
 * units of its own: times in seconds since 1970, delays in seconds.
 *
 * @param stream `short-haul` or `long-haul`
 */
export function haulInput(stream: string, file: FlightsFile = new FlightsFile()): Input {
  if (stream !== 'short-haul' && stream !== 'long-haul')
    throw new TidemarkError(
      'internal',
      'UNKNOWN_INPUT',
      `stream must be short-haul or long-haul, got ${stream}; say where its records are`,
    );
  const isLong = stream === 'long-haul';
  return departures(file, {
    identity: `flights-3m-${stream}`,
    label: `${isLong ? 'long' : 'short'} US departures of 2001`,
    length: FLIGHTS[stream],
    isWanted: ({ distance }, row) => (distance[row] ?? 0) >= LONG_HAUL_MILES === isLong,
    toRecord: (flights, row) => ({
      partitionKey: flights.origin[row] ?? '',
      data: Buffer.from(JSON.stringify(isLong ? longHaul(flights, row) : shortHaul(flights, row))),
    }),
  });
}

/** @example {"row":0,"date":"2001-01-01T00:01:00.000Z","delay":33,"distance":317,"origin":"LAS","destination":"ONT"} */
function shortHaul({ dateMs, delayMin, distance, origin, destination }: Flights, row: number) {
  return {
    row,
    date: new Date(dateMs[row] ?? Number.NaN).toISOString(),
    delay: delayMin[row],
    distance: distance[row],
    origin: origin[row],
    destination: destination[row],
  };
}

/** @example {"flight":0,"scheduledAt":978307260,"lateSeconds":1980,"miles":2176,"from":"LAS","to":"PHL"} */
function longHaul({ dateMs, delayMin, distance, origin, destination }: Flights, row: number) {
  return {
    flight: row,
    scheduledAt: (dateMs[row] ?? Number.NaN) / 1_000,
    lateSeconds: (delayMin[row] ?? 0) * 60,
    miles: distance[row],
    from: origin[row],
    to: destination[row],
  };
}
