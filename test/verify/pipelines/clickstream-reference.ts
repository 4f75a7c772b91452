/**
 * Visits, the slow and obvious way: whenever a visitor's click comes, all visits are made anew from the list of all clicks
 * that counted so far, and what differs from before comes out.
 */
import type { Input } from '../../../local/inputs/input.ts';
import type { Row } from '../compare.ts';
import { arrivalsOf, type Arrived } from './arrivals.ts';
import { shardName } from '../records-by-shard.ts';
import { countsOf, type Reference } from './reference.ts';

interface Click {
  readonly eventId: string;
  readonly visitor: string;
  readonly timeMs: number;
  readonly page: string;
  readonly action: string;
  readonly cents: number;
  readonly agent: string;
}

interface Visit {
  readonly startMs: number;
  readonly endMs: number;
  readonly clicks: readonly Click[];
}

const MINUTE_MS = 60_000;
const QUIET_MS = 30 * MINUTE_MS;
const LATENESS_MS = 60 * MINUTE_MS;

export async function clickstreamReference(input: Input, records: number, shards: number): Promise<Reference> {
  const arrivals = await arrivalsOf<Click>({
    input,
    records,
    shards,
    timeOf: ({ timeMs }) => timeMs,
    maxOutOfOrdernessMs: 2 * MINUTE_MS,
  });
  const results: Row[] = [];
  const firings: Row[] = [];
  const late: Row[] = [];
  for (const clicks of Map.groupBy(arrivals.records, ({ value }) => value.visitor).values()) {
    const visitor = new Visitor();
    for (const click of clicks) visitor.arrive(click);
    visitor.timeIs(arrivals.watermarks.get((clicks[0] as Arrived<Click>).shard));
    results.push(...visitor.standing());
    firings.push(...visitor.firings);
    late.push(...visitor.late);
  }
  return {
    results,
    firings,
    late,
    sideOutputs: {},
    counts: countsOf(arrivals.records.length, { results, firings, late }),
  };
}

class Visitor {
  readonly firings: Row[] = [];
  readonly late: Row[] = [];
  readonly #clicks: Click[] = [];
  #nowMs = Number.NEGATIVE_INFINITY;

  arrive({ value: click, shard, watermarkMs }: Arrived<Click>): void {
    this.timeIs(watermarkMs);
    if (click.agent === 'robot') return;
    const known = this.#clicks.find(({ eventId }) => eventId === click.eventId);
    if (known !== undefined && known.timeMs + QUIET_MS + LATENESS_MS > this.#nowMs) return;
    if (this.#isLate(click)) {
      this.late.push({
        partition: shardName(shard),
        key: click.visitor,
        eventTimeMs: click.timeMs,
        watermarkMs,
        data: JSON.stringify(click),
      });
      return;
    }
    const before = visitsOf(this.#clicks);
    this.#clicks.push(click);
    const after = visitsOf(this.#clicks);
    for (const gone of before.filter((visit) => this.#hasFired(visit) && !after.some((other) => isSame(visit, other))))
      this.firings.push({ ...place(gone), retracted: true });
    this.#fire(after.filter((visit) => this.#hasFired(visit) && visit.clicks.includes(click)));
  }

  /** Visits fire whose end has come. */
  timeIs(watermarkMs = Number.NEGATIVE_INFINITY): void {
    const wasMs = this.#nowMs;
    this.#nowMs = Math.max(wasMs, watermarkMs);
    this.#fire(visitsOf(this.#clicks).filter((visit) => visit.endMs > wasMs && this.#hasFired(visit)));
  }

  standing(): Row[] {
    return visitsOf(this.#clicks)
      .filter((visit) => this.#hasFired(visit))
      .flatMap(shown);
  }

  #fire(visits: readonly Visit[]): void {
    this.firings.push(...visits.flatMap(shown));
  }

  #hasFired({ endMs }: Visit): boolean {
    return endMs <= this.#nowMs;
  }

  #isLate({ timeMs }: Click): boolean {
    return timeMs + QUIET_MS + LATENESS_MS <= this.#nowMs;
  }
}

function visitsOf(clicks: readonly Click[]): Visit[] {
  const visits: Click[][] = [];
  for (const click of clicks.toSorted((a, b) => a.timeMs - b.timeMs)) {
    const previous = visits.at(-1)?.at(-1);
    if (previous !== undefined && click.timeMs < previous.timeMs + QUIET_MS) visits.at(-1)?.push(click);
    else visits.push([click]);
  }
  return visits.map((all) => ({
    startMs: (all[0] as Click).timeMs,
    endMs: (all.at(-1) as Click).timeMs + QUIET_MS,
    clicks: all,
  }));
}

const isSame = (a: Visit, b: Visit): boolean => a.startMs === b.startMs && a.endMs === b.endMs;
const place = ({ startMs, endMs, clicks }: Visit): Row => ({
  key: clicks[0]?.visitor,
  windowStartMs: startMs,
  windowEndMs: endMs,
});

/** One click is no visit worth telling of. */
function shown(visit: Visit): Row[] {
  const { clicks } = visit;
  if (clicks.length < 2) return [];
  const has = (action: string): boolean => clicks.some((click) => click.action === action);
  return [
    {
      ...place(visit),
      clicks: clicks.length,
      pages: new Set(clicks.map(({ page }) => page)).size,
      landing: clicks[0]?.page,
      outcome: has('purchase') ? 'bought' : has('cart') ? 'left a full cart' : 'looked',
      paidCents: clicks.reduce((total, { cents }) => total + cents, 0),
    },
  ];
}
