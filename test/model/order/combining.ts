/** PL-29 as a program: senders combine the rows of one commit per window; no cut of batches may change a result. */
import type { Case, Random, Sent } from './random-cases.ts';

/** The rules that can be bent, with what happens then. */
export const COMBINER_RULES = {
  lateAlone: { rule: 'PL-29', without: "rows behind the sender's watermark are combined too" },
  withinCommit: { rule: 'PL-29', without: 'a partial goes into the commit after the one that counts its rows' },
} as const;

export type CombinerRule = keyof typeof COMBINER_RULES;

/** Rows of one window, as one. */
interface Partial {
  readonly startMs: number;
  readonly carriedMs: number;
  readonly bits: number;
  readonly isBehind: boolean;
}

interface Commit {
  readonly rows: readonly Partial[];
  readonly afterMs: number;
}

/** Windows and late rows, with commits that are cut at random, combined or not, and taken in a random interleaving. */
export function combinedResultOf({ senders, sizeMs, latenessMs }: Case, random: Random, bent?: CombinerRule): string {
  const isCombining = bent !== undefined || random(4) > 0;
  const logs = senders.map((sent) => commitsOf(sent, sizeMs, random, isCombining, bent));
  const taken = logs.map(() => 0);
  const known = logs.map(() => -Infinity);
  const open = new Map<number, number>();
  const out: string[] = [];
  let late = 0;
  for (;;) {
    const left = logs.flatMap((log, at) => ((taken[at] as number) < log.length ? [at] : []));
    if (left.length === 0) break;
    const at = left[random(left.length)] as number;
    const { rows, afterMs } = logs[at]?.[taken[at] as number] as Commit;
    taken[at] = (taken[at] as number) + 1;
    for (const { startMs, carriedMs, bits } of rows) {
      if (startMs + sizeMs + latenessMs <= carriedMs) late |= bits;
      else open.set(startMs, (open.get(startMs) ?? 0) | bits);
    }
    known[at] = afterMs;
    const watermarkMs = Math.min(...known);
    for (const [startMs, bits] of open) {
      if (startMs + sizeMs + latenessMs > watermarkMs) continue;
      out.push(`${startMs}:${bits}`);
      open.delete(startMs);
    }
  }
  for (const [startMs, bits] of open) out.push(`${startMs}:${bits}`);
  return `${out.sort().join()} late ${late}`;
}

/** One sender's records, cut into commits of one to three. */
function commitsOf(
  sent: readonly Sent[],
  sizeMs: number,
  random: Random,
  isCombining: boolean,
  bent: CombinerRule | undefined,
): Commit[] {
  const commits: Commit[] = [];
  for (let from = 0; from < sent.length;) {
    const batch = sent.slice(from, from + 1 + random(3));
    from += batch.length;
    const rows = batch.map(({ timeMs, beforeMs, bit }): Partial => ({
      startMs: Math.floor(timeMs / sizeMs) * sizeMs,
      carriedMs: beforeMs,
      bits: bit,
      isBehind: timeMs < beforeMs,
    }));
    commits.push({ rows: isCombining ? combined(rows, bent) : rows, afterMs: batch.at(-1)?.afterMs as number });
  }
  if (bent !== 'withinCommit') return commits;
  const end = { rows: [], afterMs: commits.at(-1)?.afterMs ?? -Infinity };
  return [...commits, end].map(({ afterMs }, i) => ({ rows: commits[i - 1]?.rows ?? [], afterMs }));
}

function combined(rows: readonly Partial[], bent: CombinerRule | undefined): Partial[] {
  const result: Partial[] = [];
  for (const row of rows) {
    const isAlone = (one: Partial): boolean => one.isBehind && bent !== 'lateAlone';
    const at = isAlone(row) ? -1 : result.findIndex((other) => other.startMs === row.startMs && !isAlone(other));
    const known = result[at];
    if (known === undefined) result.push(row);
    else result[at] = { ...known, bits: known.bits | row.bits };
  }
  return result;
}
