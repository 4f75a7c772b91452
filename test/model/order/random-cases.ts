/** Small random inputs, the same from the same seed on every machine. */

/** @returns whole numbers in [0, n) */
export type Random = (n: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % n;
  };
}

/** A record of a sender; `bit` is its own among all of the case. */
export interface Sent {
  readonly bit: number;
  readonly timeMs: number;
  /** The sender's watermark before it: the one that its row carries. */
  readonly beforeMs: number;
  readonly afterMs: number;
}

export interface Case {
  readonly senders: readonly (readonly Sent[])[];
  readonly latenessMs: number;
  readonly sizeMs: number;
  readonly gapMs: number;
}

export function randomCase(random: Random): Case {
  const count = 2 + random(2);
  const disorderMs = random(6);
  let bit = 1;
  const senders = Array.from({ length: count }, () => {
    let watermarkMs = -Infinity;
    let nowMs = 0;
    return Array.from({ length: 3 + random(5) }, (): Sent => {
      nowMs += random(7);
      const timeMs = Math.max(0, nowMs - random(9));
      const beforeMs = watermarkMs;
      watermarkMs = Math.max(watermarkMs, timeMs - disorderMs);
      const sent = { bit, timeMs, beforeMs, afterMs: watermarkMs };
      bit *= 2;
      return sent;
    });
  });
  return { senders, latenessMs: random(4), sizeMs: 4 + random(6), gapMs: 2 + random(5) };
}

/** How many of the cases have more than one result in several draws. */
export function countDiffering(
  cases: number,
  draws: number,
  resultOf: (drawn: Case, random: Random) => string,
): number {
  const random = randomFrom(7);
  let differing = 0;
  for (let i = 0; i < cases; i++) {
    const drawn = randomCase(random);
    const results = new Set(Array.from({ length: draws }, () => resultOf(drawn, random)));
    if (results.size > 1) differing++;
  }
  return differing;
}
