/** PL-44 as a program: one key, senders that overtake each other in any way; the final result must be the same. */
import type { Case, Random, Sent } from './random-cases.ts';

/** The rules that can be bent, with what happens then. */
export const ORDER_RULES = {
  lateByCarried: {
    rule: 'PL-44',
    without: "a row is late by its receiver's watermark",
    kinds: ['tumbling', 'session'],
  },
  rowAlone: { rule: 'PL-44', without: 'the session that a row would become part of is judged', kinds: ['session'] },
  keptAGap: { rule: 'PL-44', without: 'a session is forgotten at its end and lateness', kinds: ['session'] },
} as const;

export type OrderRule = keyof typeof ORDER_RULES;
export type WindowKind = 'tumbling' | 'session';

interface Window {
  readonly startMs: number;
  readonly endMs: number;
  /** The records in it. */
  readonly bits: number;
}

/** What comes out when the senders are taken in a random interleaving, each in its own order. */
export function resultOf({ senders, ...settings }: Case, random: Random, kind: WindowKind, bent?: OrderRule): string {
  const { latenessMs, gapMs } = settings;
  const taken = senders.map(() => 0);
  const known = senders.map(() => -Infinity);
  const hold = kind === 'session' && bent !== 'keptAGap' ? gapMs : 0;
  const final = new Set<string>();
  let open: readonly Window[] = [];
  for (;;) {
    const left = senders.flatMap((sent, at) => ((taken[at] as number) < sent.length ? [at] : []));
    if (left.length === 0) break;
    const at = left[random(left.length)] as number;
    const sent = senders[at]?.[taken[at] as number] as Sent;
    taken[at] = (taken[at] as number) + 1;
    const own = windowOf(sent, kind, settings);
    const met = open.filter((other) => meets(own, other, kind));
    const merged = met.reduce(
      (all, { startMs, endMs, bits }) => ({
        startMs: Math.min(all.startMs, startMs),
        endMs: Math.max(all.endMs, endMs),
        bits: all.bits | bits,
      }),
      own,
    );
    const judged = bent === 'rowAlone' ? merged : own;
    const byMs = bent === 'lateByCarried' ? Math.min(...known) : sent.beforeMs;
    if (judged.endMs + latenessMs > byMs) open = [...open.filter((other) => !met.includes(other)), merged];
    known[at] = sent.afterMs;
    const watermarkMs = Math.min(...known);
    const isOver = ({ endMs }: Window): boolean => endMs + hold + latenessMs <= watermarkMs;
    for (const window of open) if (isOver(window)) final.add(textOf(window));
    open = open.filter((window) => !isOver(window));
  }
  for (const window of open) final.add(textOf(window));
  return [...final].sort().join();
}

function windowOf({ timeMs, bit }: Sent, kind: WindowKind, { sizeMs, gapMs }: Omit<Case, 'senders'>): Window {
  if (kind === 'session') return { startMs: timeMs, endMs: timeMs + gapMs, bits: bit };
  const startMs = Math.floor(timeMs / sizeMs) * sizeMs;
  return { startMs, endMs: startMs + sizeMs, bits: bit };
}

const meets = (own: Window, other: Window, kind: WindowKind): boolean =>
  kind === 'session' ? other.startMs < own.endMs && own.startMs < other.endMs : other.startMs === own.startMs;

const textOf = ({ startMs, endMs, bits }: Window): string => `${startMs}-${endMs}:${bits}`;
