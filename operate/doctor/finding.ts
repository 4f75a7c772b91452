export type Verdict = 'ok' | 'warning' | 'problem';

/** What one check came to. */
export interface Finding {
  /** Stable, for programs, e.g. `log-chain`. */
  readonly id: string;
  /** What was looked at, as it should be. */
  readonly lookedAt: string;
  readonly verdict: Verdict;
  /** As it is. */
  readonly found: string;
  /** Empty when there is nothing to do. */
  readonly whatToDo: string;
}

export function ok(id: string, lookedAt: string, found: string): Finding {
  return { id, lookedAt, verdict: 'ok', found, whatToDo: '' };
}

export function warning(id: string, lookedAt: string, found: string, whatToDo: string): Finding {
  return { id, lookedAt, verdict: 'warning', found, whatToDo };
}

export function problem(id: string, lookedAt: string, found: string, whatToDo: string): Finding {
  return { id, lookedAt, verdict: 'problem', found, whatToDo };
}

/** One finding about many things: as bad as the worst of them, naming those. */
export interface Bad {
  readonly verdict: Exclude<Verdict, 'ok'>;
  readonly what: string;
}

/** @example allOf('counts', 'in = counted + late + dead letters', '4 shards', [], '') // ok */
export function allOf(id: string, lookedAt: string, looked: string, bad: readonly Bad[], whatToDo: string): Finding {
  if (bad.length === 0) return ok(id, lookedAt, looked);
  const verdict = bad.some((one) => one.verdict === 'problem') ? 'problem' : 'warning';
  return { id, lookedAt, verdict, found: bad.map(({ what }) => what).join('; '), whatToDo };
}
