/** Beam's trigger transcripts, run step by step. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { translated, type Pane, type Transcript, type Translation } from './beam-transcripts.ts';
import { ledByHand, Replay, type Firing } from './replay.ts';
import { judged, skipped, type CaseReport } from './scoreboard.ts';

const SOURCE = 'beam';
const DIALECT = [
  'windows end inclusively ([0, 9] is [0, 10))',
  'a session ends at last event + gap',
  'a record is late when a session of its own has closed, as here',
  'count triggers are looked at after a bundle',
  'without a late trigger what comes late is dropped',
].join('; ');
const BUNDLE =
  'Beam looks at a count trigger after a bundle, Tidemark after each record, so that batches do not matter (PL-12)';
const BEHIND =
  "Beam's earliest timestamp leaves out elements that were behind the watermark when they came, min() does not";

export function beamReports(folder: string): CaseReport[] {
  const transcripts = JSON.parse(
    readFileSync(join(folder, 'beam', 'trigger-transcripts.json'), 'utf8'),
  ) as Transcript[];
  return transcripts.map(beamReport);
}

export function beamReport(transcript: Transcript): CaseReport {
  const translation = translated(transcript);
  if (typeof translation === 'string') return skipped(SOURCE, transcript.name, DIALECT, translation);
  const { compared, leftOut, differences } = new Comparison(transcript, translation).run();
  return judged({
    source: SOURCE,
    name: transcript.name,
    dialect: DIALECT,
    compared,
    leftOut: [...leftOut],
    differences,
  });
}

interface Seen extends Firing {
  readonly isEarly: boolean;
  readonly isLate: boolean;
  readonly nonspeculativeIndex: number;
}

/** A window for which a count was reached inside a bundle: from there on Beam and Tidemark fire at different records. */
interface Shifted {
  readonly startMs: number;
  readonly endMs: number;
  /** What it said since then, to be compared as a whole at its end. */
  readonly said: number[];
  readonly expected: number[];
}

class Comparison {
  readonly #transcript: Transcript;
  readonly #translation: Translation;
  readonly #replay: Replay;
  readonly #shifted: Shifted[] = [];
  readonly #behind: number[] = [];
  readonly #onTimeOrLate = new Map<number, number>();
  compared = 0;
  readonly leftOut = new Set<string>();
  readonly differences: string[] = [];

  constructor(transcript: Transcript, translation: Translation) {
    this.#transcript = transcript;
    this.#translation = translation;
    this.#replay = new Replay(ledByHand(translation.windows, translation.settings));
  }

  run(): this {
    const steps = this.#transcript.transcript;
    steps.forEach(({ input, watermark }, i) => {
      const expected = steps[i + 1]?.expect ?? [];
      if (input !== undefined) this.#compare(this.#bundle(input), expected, 'bundle', i);
      if (watermark !== undefined)
        this.#compare(
          this.#replay.moveTo(watermark).map((firing) => this.#seen(firing, 'watermark')),
          expected,
          'watermark',
          i,
        );
    });
    return this;
  }

  #bundle(elements: readonly number[]): Seen[] {
    return elements.flatMap((timeMs, place) => {
      if (timeMs < this.#replay.watermarkMs) this.#behind.push(timeMs);
      const firings = this.#replay.element(timeMs);
      if (this.#translation.countsRecords && place < elements.length - 1) {
        for (const { startMs, endMs } of firings) this.#shifted.push({ startMs, endMs, said: [], expected: [] });
      }
      return firings.map((firing) => this.#seen(firing, 'record'));
    });
  }

  #seen(firing: Firing, cause: 'record' | 'watermark'): Seen {
    const isPast = firing.endMs <= this.#replay.watermarkMs;
    const nonspeculativeIndex = this.#onTimeOrLate.get(firing.startMs) ?? 0;
    if (isPast) this.#onTimeOrLate.set(firing.startMs, nonspeculativeIndex + 1);
    return { ...firing, isEarly: !isPast, isLate: isPast && cause === 'record', nonspeculativeIndex };
  }

  #shiftedFor(startMs: number, endMs: number): Shifted | undefined {
    return this.#shifted.find((one) => one.startMs < endMs && startMs < one.endMs);
  }

  #compare(firings: readonly Seen[], panes: readonly Pane[], cause: 'bundle' | 'watermark', step: number): void {
    const isPutOff = (startMs: number, endMs: number) =>
      cause === 'bundle' && endMs > this.#replay.watermarkMs && this.#shiftedFor(startMs, endMs) !== undefined;
    for (const { startMs, endMs, values } of firings)
      if (isPutOff(startMs, endMs)) this.#shiftedFor(startMs, endMs)?.said.push(...values);
    for (const {
      window: [first, last],
      values,
    } of panes) {
      if (!isPutOff(first, last + 1)) continue;
      this.#shiftedFor(first, last + 1)?.expected.push(...values);
      this.leftOut.add(`the early panes of [${first}, …], one by one, and their index: ${BUNDLE}`);
    }
    const left = firings.filter(({ startMs, endMs }) => !isPutOff(startMs, endMs));
    for (const pane of panes.filter(({ window: [first, last] }) => !isPutOff(first, last + 1))) {
      const [first, last] = pane.window;
      const place = left.findIndex(({ startMs, endMs }) => startMs === first && endMs === last + 1);
      this.compared++;
      if (place === -1)
        this.differences.push(
          `step ${step}: no result of [${first}, ${last}], got ${JSON.stringify(left.map(({ startMs, endMs }) => [startMs, endMs - 1]))}`,
        );
      else this.#comparePane(left.splice(place, 1)[0] as Seen, pane, step);
    }
    for (const { startMs, endMs, values } of left)
      this.differences.push(
        `step ${step}: unexpected result of [${startMs}, ${endMs - 1}] with ${JSON.stringify(values)}`,
      );
  }

  #comparePane(firing: Seen, pane: Pane, step: number): void {
    const shifted = this.#shiftedFor(firing.startMs, firing.endMs);
    const together =
      shifted !== undefined && this.#transcript.accumulationMode === 'discarding'
        ? shifted
        : { said: [], expected: [] };
    const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
    const facts: Array<readonly [string, unknown, unknown]> = [
      ['values', sorted([...together.said, ...firing.values]), sorted([...together.expected, ...pane.values])],
      ['early', firing.isEarly, pane.early],
      ['late', firing.isLate, pane.late],
      ['final', this.#replay.wouldBeLate(firing.startMs), pane.final],
      ['index', firing.revision - 1, shifted === undefined ? pane.index : undefined],
      ['nonspeculativeIndex', firing.nonspeculativeIndex, pane.nonspeculativeIndex],
      ['timestamp', this.#timestampOf(firing), this.#hasBehind(firing) ? undefined : pane.timestamp],
    ];
    if (this.#hasBehind(firing) && pane.timestamp !== undefined)
      this.leftOut.add(`timestamp of [${pane.window.join(', ')}]: ${BEHIND}`);
    for (const [name, got, wanted] of facts) {
      if (wanted === undefined) continue;
      this.compared++;
      if (JSON.stringify(got) !== JSON.stringify(wanted))
        this.differences.push(
          `step ${step}, [${pane.window.join(', ')}]: ${name} must be ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`,
        );
    }
  }

  #hasBehind({ startMs, endMs }: Seen): boolean {
    return (
      this.#transcript.timestampCombiner === 'OUTPUT_AT_EARLIEST' &&
      this.#behind.some((timeMs) => timeMs >= startMs && timeMs < endMs)
    );
  }

  /** A result bears its window; the other timestamps are aggregates. */
  #timestampOf({ endMs, earliestMs, latestMs }: Seen): number | undefined {
    switch (this.#transcript.timestampCombiner ?? 'OUTPUT_AT_EOW') {
      case 'OUTPUT_AT_EARLIEST':
        return earliestMs;
      case 'OUTPUT_AT_LATEST':
        return latestMs;
      case 'OUTPUT_AT_EOW':
        return endMs - 1;
    }
  }
}
