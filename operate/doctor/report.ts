import type { Finding, Verdict } from './finding.ts';

const SIGNS: Readonly<Record<Verdict, string>> = { ok: '✓', warning: '!', problem: '✗' };

/** For people: a line per check, and below it what to do. */
export function doctorText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ id }) => id.length));
  const lines = findings.flatMap(({ id, lookedAt, verdict, found, whatToDo }) => [
    `${SIGNS[verdict]} ${id.padEnd(width)}  ${lookedAt}: ${found}`,
    ...(whatToDo === '' ? [] : [`${' '.repeat(width + 4)}→ ${whatToDo}`]),
  ]);
  return [...lines, '', summary(findings)].join('\n');
}

/** For programs: one line per check. */
export function doctorJson(findings: readonly Finding[]): string[] {
  return findings.map((finding) => JSON.stringify(finding));
}

export function hasProblem(findings: readonly Finding[]): boolean {
  return findings.some(({ verdict }) => verdict === 'problem');
}

/** @example '12 checks: 11 ok, 1 warning, 0 problems' */
function summary(findings: readonly Finding[]): string {
  const count = (wanted: Verdict): number => findings.filter(({ verdict }) => verdict === wanted).length;
  const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  return `${many(findings.length, 'check')}: ${count('ok')} ok, ${many(count('warning'), 'warning')}, ${many(count('problem'), 'problem')}`;
}
