import type { Terminal } from './terminal.ts';

/** How far a run has come. */
export interface RunProgress {
  readonly recordsIn: number;
  readonly resultsOut: number;
  /** The slowest partition's [ms since 1970]; undefined before any record. */
  readonly watermarkMs: number | undefined;
  readonly openWindows: number;
  readonly late: number;
  readonly deadLetters: number;
  /** Records in the stream that the function has not taken yet, as far as the runner knows. */
  readonly backlog: number;
}

/** @example 'in 12,345 · out 678 · 5,000/s · watermark 2001-01-03 04:12 · open windows 312 · late 4 · dead letters 0 · backlog 900' */
export function progressLine(progress: RunProgress, recordsPerSecond: number): string {
  return [
    `in ${grouped(progress.recordsIn)}`,
    `out ${grouped(progress.resultsOut)}`,
    `${grouped(Math.round(recordsPerSecond))}/s`,
    `watermark ${moment(progress.watermarkMs)}`,
    `open windows ${grouped(progress.openWindows)}`,
    `late ${grouped(progress.late)}`,
    `dead letters ${grouped(progress.deadLetters)}`,
    `backlog ${grouped(progress.backlog)}`,
  ].join(' · ');
}

/** @example grouped(1234567) // '1,234,567' */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** @example moment(0) // '1970-01-01 00:00' */
export function moment(timeMs: number | undefined): string {
  if (timeMs === undefined || Number.isNaN(new Date(timeMs).getTime())) return 'none yet';
  return new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
}

const LIVE_MS = 200;
const LINES_MS = 2_000;
const RATE_WINDOW_MS = 5_000;

/** Shows progress until the returned function is called: in place on a terminal, else a line now and then. */
export function showProgress(terminal: Terminal, read: () => RunProgress): () => void {
  const everyMs = terminal.live ? LIVE_MS : LINES_MS;
  const rate = slidingRate(RATE_WINDOW_MS);
  rate(performance.now(), read().recordsIn);
  let shown = '';
  const show = (): void => {
    const progress = read();
    const line = progressLine(progress, rate(performance.now(), progress.recordsIn));
    const still = line.replace(/ [\d,]+\/s/, '');
    if (still !== shown) terminal.status(line);
    shown = still;
  };
  const timer = setInterval(show, everyMs);
  return () => {
    clearInterval(timer);
    terminal.clear();
  };
}

/** Counts per second over the last stretch of time: a count that stands still has a rate of 0 soon. */
export function slidingRate(windowMs: number): (nowMs: number, count: number) => number {
  const samples: Array<readonly [nowMs: number, count: number]> = [];
  return (nowMs, count) => {
    samples.push([nowMs, count]);
    // The newest sample that is old enough stays, as the beginning of the stretch.
    while ((samples[1]?.[0] ?? Number.POSITIVE_INFINITY) <= nowMs - windowMs) samples.shift();
    const [fromMs, from] = samples[0] ?? [nowMs, count];
    return nowMs > fromMs ? ((count - from) * 1_000) / (nowMs - fromMs) : 0;
  };
}
