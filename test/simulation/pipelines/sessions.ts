import { everyRecords, resultTable, session } from '../../../engine/index.ts';
import type { PlanSizes } from '../plan.ts';
import { aggregatesOf, finalValues, valuesOf, type Counted } from './aggregates.ts';
import type { PlainArrival, PlainClock, PlainKey, Reading, SimulatedPipeline } from './simulated-pipeline.ts';

const EARLY = 2;

/** Windows that grow, merge, and retract what they have said, with early results. */
export const sessions: SimulatedPipeline = {
  name: 'sessions',
  weight: 2,
  define(stream, settings, deployment) {
    const gapMs = gapMsOf(settings) * (deployment === 'incompatible' ? 2 : 1);
    const { allowedLatenessMs } = settings;
    return stream
      .window(session({ gapMs }), { allowedLatenessMs, trigger: { early: everyRecords(EARLY) } })
      .aggregate(aggregatesOf(deployment))
      .to(resultTable());
  },
  key: (_, settings) => new PlainSessions(settings),
  exchanged: {
    isLate: ({ atMs, watermarkMs }, settings) => atMs + gapMsOf(settings) + settings.allowedLatenessMs <= watermarkMs,
    finals: (rows, settings) => {
      const gapMs = gapMsOf(settings);
      const sessionsOfRows: PlainArrival[][] = [];
      for (const row of [...rows].sort((a, b) => a.atMs - b.atMs)) {
        const last = sessionsOfRows.at(-1);
        if (last !== undefined && row.atMs < (last.at(-1) as PlainArrival).atMs + gapMs) last.push(row);
        else sessionsOfRows.push([row]);
      }
      return sessionsOfRows.map((those) => ({
        windowStartMs: (those[0] as PlainArrival).atMs,
        windowEndMs: (those.at(-1) as PlainArrival).atMs + gapMs,
        values: finalValues(those),
      }));
    },
  },
};

const gapMsOf = ({ advanceMs }: PlanSizes): number => advanceMs;

interface CountedAt extends Counted {
  readonly atMs: number;
}

interface Session {
  readonly startMs: number;
  readonly endMs: number;
  readonly revision: number;
  readonly unfired: number;
  readonly isOnTime: boolean;
  readonly isVisible: boolean;
}

/** Finds the sessions anew, with each reading, in all that ever counted: none is ever forgotten. */
class PlainSessions implements PlainKey {
  readonly #gapMs: number;
  readonly #allowedLatenessMs: number;
  #readings: readonly CountedAt[] = [];
  #sessions: readonly Session[] = [];

  constructor(settings: PlanSizes) {
    this.#gapMs = gapMsOf(settings);
    this.#allowedLatenessMs = settings.allowedLatenessMs;
  }

  take({ atMs, value }: Reading, clock: PlainClock): boolean {
    if (atMs + this.#gapMs + this.#allowedLatenessMs <= clock.keyMs) return false;
    this.#readings = [...this.#readings, { atMs, value, isLater: clock.isLater }].sort((a, b) => a.atMs - b.atMs);
    const { startMs, endMs } = this.#around(atMs);
    const parts = this.#sessions.filter((one) => startMs <= one.startMs && one.endMs <= endMs);
    const same = parts.find((one) => one.startMs === startMs && one.endMs === endMs);
    const revisions = same === undefined ? parts.map((part) => retracted(part, clock)) : [same.revision];
    const unfired = parts.reduce((sum, part) => sum + part.unfired, 1);
    const grown: Session = {
      startMs,
      endMs,
      revision: Math.max(0, ...revisions),
      unfired,
      isOnTime: same?.isOnTime === true || endMs <= clock.keyMs,
      isVisible: same?.isVisible === true,
    };
    const others = this.#sessions.filter((one) => !parts.includes(one));
    this.#sessions = [...others, grown.isOnTime || unfired >= EARLY ? this.#fired(grown, clock) : grown];
    return true;
  }

  advance(toMs: number, clock: PlainClock): void {
    this.#sessions = this.#sessions.map((one) =>
      !one.isOnTime && one.endMs <= toMs ? this.#fired({ ...one, isOnTime: true }, clock) : one,
    );
  }

  advanceProcessing(): void {}

  get waiting(): string[] {
    return this.#sessions.filter(({ isVisible }) => !isVisible).map(({ startMs }) => String(startMs));
  }

  /** From reading to reading, both ways, while the gap is short enough. */
  #around(atMs: number): { startMs: number; endMs: number } {
    const times = this.#readings.map((reading) => reading.atMs);
    let [startMs, lastMs] = [atMs, atMs];
    for (const timeMs of times) if (timeMs > lastMs && timeMs < lastMs + this.#gapMs) lastMs = timeMs;
    for (const timeMs of times.toReversed()) if (timeMs < startMs && startMs < timeMs + this.#gapMs) startMs = timeMs;
    return { startMs, endMs: lastMs + this.#gapMs };
  }

  #fired(one: Session, clock: PlainClock): Session {
    const { startMs, endMs } = one;
    const revision = one.revision + 1;
    const within = this.#readings.filter(({ atMs }) => startMs <= atMs && atMs < endMs);
    clock.emit({ windowStartMs: startMs, windowEndMs: endMs, revision, values: valuesOf(within, clock) });
    return { ...one, revision, unfired: 0, isVisible: true };
  }
}

/** Nobody may find it beside the one of which it is a part now. @returns its revision then */
function retracted({ startMs, endMs, revision, isVisible }: Session, clock: PlainClock): number {
  if (!isVisible) return revision;
  clock.emit({ windowStartMs: startMs, windowEndMs: endMs, revision: revision + 1, retracted: true, values: {} });
  return revision + 1;
}
