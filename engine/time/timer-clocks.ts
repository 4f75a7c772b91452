import type { ClockMove, Operator, TimerClocks } from '../operator.ts';
import type { Progress } from '../state/progress.ts';
import { NO_WATERMARK } from './watermark.ts';

/** The clock of an operator that waits for others; there is no time before the first record. */
export function behind(watermarkMs: number, lagMs: number): number {
  return watermarkMs === NO_WATERMARK ? NO_WATERMARK : watermarkMs - lagMs;
}

/** How far each operator's timers have fired, in the order of the operators. */
export function timerClocksOf(
  { operators }: { readonly operators: readonly Operator[] },
  { watermarkMs, processingTimeMs, pending }: Pick<Progress, 'watermarkMs' | 'processingTimeMs' | 'pending'>,
): TimerClocks[] {
  const turn = operators.findIndex(({ id }) => id === pending?.operator);
  let lagMs = 0;
  return operators.map(({ delayMs }, i) => {
    const moveOf = (domain: 'event' | 'processing', targetMs: number): ClockMove => {
      if (pending?.domain !== domain || i < turn) return standing(targetMs);
      const fromMs = domain === 'event' ? behind(pending.fromMs, lagMs) : pending.fromMs;
      return { fromMs, firedMs: i === turn ? pending.firedMs : fromMs, targetMs };
    };
    const event = moveOf('event', behind(watermarkMs, lagMs));
    const processing = moveOf('processing', processingTimeMs);
    lagMs += delayMs;
    return { event, processing, watermarkMs: countedFrom(event), processingTimeMs: processing.firedMs };
  });
}

const standing = (timeMs: number): ClockMove => ({ fromMs: timeMs, firedMs: timeMs, targetMs: timeMs });

/** The first watermark only arms what repeats: there was no time before it in which a multiple could have been passed. */
function countedFrom({ fromMs, firedMs, targetMs }: ClockMove): number {
  return fromMs === NO_WATERMARK && firedMs > NO_WATERMARK ? targetMs : firedMs;
}
