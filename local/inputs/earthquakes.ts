import { readFileSync } from 'node:fs';
import { arrivalsInput, type Arrival } from './arrivals.ts';
import { embeddedFile } from './embedded-file.ts';
import type { Input } from './input.ts';

/** What is taken of one feature of the USGS' file. */
interface Feature {
  readonly id: string;
  readonly properties: {
    readonly mag: number;
    readonly place: string;
    readonly time: number;
    readonly updated: number;
    readonly net: string;
    readonly type: string;
  };
  readonly geometry: { readonly coordinates: readonly [longitude: number, latitude: number, depthKm: number] };
}

export interface Report {
  readonly id: string;
  readonly network: string;
  /** [ms since 1970] */
  readonly timeMs: number;
  readonly type: string;
  readonly magnitude: number;
  readonly depthKm: number;
  readonly place: string;
}

/**
 * `earthquakes.json` of the package `vega-datasets`: all that the USGS had for the week up to 7 February 2018. The file
 * does not say when a quake was first heard of, but when its report was last worked on: that is when it comes.
 */
export function earthquakesInput(path = embeddedFile('earthquakes.json')): Input {
  const { features } = JSON.parse(readFileSync(path, 'utf8')) as { readonly features: readonly Feature[] };
  return arrivalsInput({
    identity: 'earthquakes-2018',
    label: 'a week of earthquakes',
    keyOf: ({ network }) => network,
    arrivals: features.map(toArrival),
  });
}

function toArrival({ id, properties, geometry }: Feature): Arrival<Report> {
  const { net, time, updated, type, mag, place } = properties;
  return {
    arrivedMs: updated,
    value: { id, network: net, timeMs: time, type, magnitude: mag, depthKm: geometry.coordinates[2], place },
  };
}
