import { nameOfSource } from '../../../engine/plan/source.ts';
import type { Topology } from '../../../engine/topology.ts';
import { chargesInput } from '../../../local/inputs/charges.ts';
import { clicksInput } from '../../../local/inputs/clicks.ts';
import { earthquakesInput } from '../../../local/inputs/earthquakes.ts';
import { flightsInput } from '../../../local/inputs/flights.ts';
import type { Input } from '../../../local/inputs/input.ts';
import { haulInput } from '../../../local/inputs/hauls.ts';
import { ordersInput } from '../../../local/inputs/orders.ts';
import { spread } from '../../../local/inputs/spread.ts';
import busiest from '../../../pipelines/busiest.ts';
import clickstream from '../../../pipelines/clickstream.ts';
import destinations from '../../../pipelines/destinations.ts';
import earthquakes from '../../../pipelines/earthquakes.ts';
import fraud from '../../../pipelines/fraud.ts';
import inbound from '../../../pipelines/inbound.ts';
import orders from '../../../pipelines/orders.ts';
import routes from '../../../pipelines/routes.ts';
import totals from '../../../pipelines/totals.ts';
import { clickstreamReference } from './clickstream-reference.ts';
import { earthquakesReference } from './earthquakes-reference.ts';
import { fraudReference } from './fraud-reference.ts';
import hourlyRoutes from './hourly-routes.ts';
import { ordersReference } from './orders-reference.ts';
import type { Reference } from './reference.ts';
import {
  busiestReference,
  destinationsReference,
  hourlyRoutesReference,
  inboundReference,
  routesReference,
  totalsReference,
} from './rekeyed-flights.ts';

interface Verified {
  readonly fragments: readonly Topology[];
  /** What comes to a source, by its name. */
  readonly open: (source: string) => Input;
  /** As many records as show everything that the pipeline does. */
  readonly records: number;
  /** It does not come with Tidemark, so the command does not run it. @default false */
  readonly isOwn?: true;
  readonly referenceOf: (input: Input, records: number, shards: number) => Promise<Reference>;
}

/** The first one that a pipeline reads. */
export const sourceOf = (fragments: readonly Topology[]): string => nameOfSource((fragments[0] as Topology).source);

export type PipelineName =
  | 'busiest'
  | 'clickstream'
  | 'destinations'
  | 'earthquakes'
  | 'fraud'
  | 'hourly-routes'
  | 'inbound'
  | 'orders'
  | 'routes'
  | 'totals';

/** The pipelines that are held against a reference of their own. */
export const PIPELINES: Readonly<Record<PipelineName, Verified>> = {
  busiest: {
    fragments: busiest.fragments,
    open: () => flightsInput(),
    records: 100_000,
    referenceOf: busiestReference,
  },
  clickstream: {
    fragments: clickstream.fragments,
    open: clicksInput,
    records: 20_000,
    referenceOf: clickstreamReference,
  },
  destinations: {
    fragments: destinations.fragments,
    open: () => flightsInput(),
    records: 100_000,
    referenceOf: destinationsReference,
  },
  earthquakes: {
    fragments: earthquakes.fragments,
    open: () => earthquakesInput(),
    records: 2_000,
    referenceOf: earthquakesReference,
  },
  fraud: { fragments: fraud.fragments, open: chargesInput, records: 20_000, referenceOf: fraudReference },
  'hourly-routes': {
    fragments: hourlyRoutes.fragments,
    isOwn: true,
    open: () => spread(flightsInput()),
    records: 100_000,
    referenceOf: hourlyRoutesReference,
  },
  inbound: {
    fragments: inbound.fragments,
    open: (source) => (source === 'long-haul' ? spread(haulInput(source)) : haulInput(source)),
    records: 50_000,
    referenceOf: inboundReference,
  },
  orders: { fragments: orders.fragments, open: ordersInput, records: 5_000, referenceOf: ordersReference },
  routes: {
    fragments: routes.fragments,
    open: () => spread(flightsInput()),
    records: 100_000,
    referenceOf: routesReference,
  },
  totals: {
    fragments: totals.fragments,
    open: () => flightsInput(),
    records: 100_000,
    referenceOf: totalsReference,
  },
};
