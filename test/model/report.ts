import type { OrderOutcome } from './order/tasks.ts';
import type { Outcome } from './tasks.ts';

export const isAsItShouldBe = (outcome: Outcome): boolean =>
  (outcome.without === undefined) ===
  (outcome.model === 'order' ? outcome.differing === 0 : outcome.found.counterExample === undefined);

/** Visited under all rules. */
export const statesOf = (outcome: Outcome): number =>
  outcome.model === 'order' || outcome.without !== undefined ? 0 : outcome.found.states;

const thousands = (count: number): string => count.toLocaleString('en');

const ofCases = ({ differing, cases }: OrderOutcome): string => `${thousands(differing)} of ${thousands(cases)}`;

/** One scenario, or one rule that is left out, with the shortest way to what goes wrong. */
export function shown(outcome: Outcome): string {
  const { scenario, without, rule } = outcome;
  const name =
    without === undefined ? scenario : `without ${rule?.rule} ${without}, ${rule?.without}, in "${scenario}"`;
  if (outcome.model === 'order') return `${name}: ${ofCases(outcome)} cases depend on the order`;
  const { states, moves, depth, counterExample } = outcome.found;
  const size = `${thousands(states)} states, ${thousands(moves)} moves, ${depth} deep`;
  const head =
    without === undefined
      ? `${name}: ${size}: ${counterExample?.wrong ?? 'everything holds'}`
      : `${name}: ${counterExample?.wrong ?? 'NOTHING GOES WRONG'}`;
  const steps = counterExample?.trace.map((step, i) => `  ${String(i + 1).padStart(2)}. ${step}`) ?? [];
  return [head, ...steps].join('\n');
}

/** The line of `docs/exchange-model.md` that has these figures. */
export function documented(outcome: Outcome): string {
  const { scenario, without, rule } = outcome;
  if (outcome.model === 'order')
    return `| ${scenario} | ${without === undefined ? 'all rules' : `${rule?.rule} \`${without}\`: ${rule?.without}`} | ${ofCases(outcome)} |`;
  const { states, moves, counterExample } = outcome.found;
  return without === undefined
    ? `| ${scenario} | ${thousands(states)} | ${thousands(moves)} |`
    : `| ${rule?.rule} \`${without}\` | ${rule?.without} | ${counterExample?.trace.length} | ${counterExample?.wrong} |`;
}

/** What of these outcomes the document does not say; empty: nothing. */
export function missingIn(document: string, outcomes: readonly Outcome[]): string[] {
  const lines = new Set(document.split('\n'));
  return outcomes
    .filter(({ model }) => model !== 'log')
    .map(documented)
    .filter((line) => !lines.has(line));
}
