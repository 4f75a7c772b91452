import type { Finding, Verdict } from '../../../operate/doctor/finding.ts';

/** Verdicts by id, those that are ok left out. */
export function notOk(findings: readonly Finding[]): Record<string, Verdict> {
  return Object.fromEntries(findings.filter(({ verdict }) => verdict !== 'ok').map(({ id, verdict }) => [id, verdict]));
}
