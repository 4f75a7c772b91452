import type { Outcome } from './tasks.ts';

export const isAsItShouldBe = ({ without, found }: Outcome): boolean =>
  (without === undefined) === (found.counterExample === undefined);

const thousands = (count: number): string => count.toLocaleString('en');

/** One scenario, or one rule that is left out, with the shortest way to what goes wrong. */
export function shown({ scenario, without, rule, found }: Outcome): string {
  const { states, moves, depth, counterExample } = found;
  const head =
    without === undefined
      ? `${scenario}: ${thousands(states)} states, ${thousands(moves)} moves, ${depth} deep: ${counterExample?.wrong ?? 'everything holds'}`
      : `without ${rule?.rule} ${without}, ${rule?.without}, in "${scenario}": ${counterExample?.wrong ?? 'NOTHING GOES WRONG'}`;
  const steps = counterExample?.trace.map((step, i) => `  ${String(i + 1).padStart(2)}. ${step}`) ?? [];
  return [head, ...steps].join('\n');
}

/** The line of `docs/exchange-model.md` that has these figures. */
export function documented({ scenario, without, rule, found }: Outcome): string {
  const { states, moves, counterExample } = found;
  return without === undefined
    ? `| ${scenario} | ${thousands(states)} | ${thousands(moves)} |`
    : `| ${rule?.rule} \`${without}\` | ${rule?.without} | ${counterExample?.trace.length} | ${counterExample?.wrong} |`;
}

/** What of these outcomes the document does not say; empty: nothing. */
export const missingIn = (document: string, outcomes: readonly Outcome[]): string[] => {
  const lines = new Set(document.split('\n'));
  return outcomes
    .filter(({ model }) => model === 'exchange')
    .map(documented)
    .filter((line) => !lines.has(line));
};
