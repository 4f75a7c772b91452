/**
 * What an interval join must give, the slow and obvious way: which rows are in time by their own shard, then every left row
 * against every right one. Shares no code with the engine.
 */
export interface Event {
  readonly id: string;
  /** null: the row has no key. */
  readonly key: string | null;
  readonly timeMs: number;
  readonly amount: number;
}

export type Kind = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

export interface Rules {
  readonly kind: Kind;
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly allowedLatenessMs: number;
  /** Of either side, how far a shard's watermark is behind its newest row. */
  readonly disorderMs: { readonly left: number; readonly right: number };
  /** A pair's right amount must be above the left one. */
  readonly isAbove: boolean;
}

/** `left id + right id @ time`, sorted. */
export type Rows = readonly string[];

export const rowText = (left: string | null, right: string | null, timeMs: number): string =>
  `${left ?? '-'} + ${right ?? '-'} @ ${timeMs}`;

/** @param shards of either side, each with its rows in the order of the log */
export function joined(
  rules: Rules,
  shards: Readonly<Record<'left' | 'right', ReadonlyArray<readonly Event[]>>>,
): Rows {
  const { kind, lowerMs, upperMs, isAbove } = rules;
  const left = shards.left.flatMap((rows) => inTime(rows, rules.disorderMs.left, rules.allowedLatenessMs));
  const right = shards.right.flatMap((rows) => inTime(rows, rules.disorderMs.right, rules.allowedLatenessMs));
  const rows: string[] = [];
  const matched = new Set<Event>();
  for (const l of left)
    for (const r of right) {
      const later = r.timeMs - l.timeMs;
      if (l.key === null || l.key !== r.key || later < lowerMs || later > upperMs) continue;
      if (isAbove && r.amount <= l.amount) continue;
      matched.add(l).add(r);
      if (kind !== 'semi' && kind !== 'anti') rows.push(rowText(l.id, r.id, Math.max(l.timeMs, r.timeMs)));
    }
  for (const l of left) {
    const isWanted = matched.has(l) ? kind === 'semi' : kind === 'left' || kind === 'full' || kind === 'anti';
    if (isWanted) rows.push(rowText(l.id, null, l.timeMs));
  }
  for (const r of right)
    if (!matched.has(r) && (kind === 'right' || kind === 'full')) rows.push(rowText(null, r.id, r.timeMs));
  return rows.sort();
}

function inTime(rows: readonly Event[], disorderMs: number, latenessMs: number): Event[] {
  let newestMs = Number.NEGATIVE_INFINITY;
  return rows.filter(({ timeMs }) => {
    const isFine = timeMs + latenessMs >= newestMs - disorderMs;
    newestMs = Math.max(newestMs, timeMs);
    return isFine;
  });
}
