import { combinedResultOf, COMBINER_RULES, type CombinerRule } from './combining.ts';
import { ORDER_RULES, resultOf, type OrderRule, type WindowKind } from './overtaking.ts';
import { countDiffering, type Case, type Random } from './random-cases.ts';

/** Random cases, each drawn in several orders. */
export interface OrderTask {
  readonly model: 'order';
  readonly scenario: string;
  /** The rule that is bent; absent: none is. */
  readonly without?: string;
}

export interface OrderOutcome extends OrderTask {
  readonly rule?: { readonly rule: string; readonly without: string };
  readonly cases: number;
  /** Cases whose result depends on who came first, or on how batches were cut. */
  readonly differing: number;
}

interface Drawn extends OrderTask {
  readonly rule?: { readonly rule: string; readonly without: string };
  readonly result: (drawn: Case, random: Random) => string;
}

const overtaking = (scenario: string, kind: WindowKind): Drawn[] => {
  const bent = (Object.keys(ORDER_RULES) as OrderRule[]).filter((rule) =>
    ORDER_RULES[rule].kinds.some((other) => other === kind),
  );
  return [undefined, ...bent].map((without) => ({
    ...named(scenario, without, without && ORDER_RULES[without]),
    result: (drawn, random) => resultOf(drawn, random, kind, without),
  }));
};

const named = (scenario: string, without?: string, rule?: Drawn['rule']): OrderTask & Pick<Drawn, 'rule'> => ({
  model: 'order',
  scenario,
  ...(without === undefined || rule === undefined ? {} : { without, rule: { rule: rule.rule, without: rule.without } }),
});

const DRAWN: readonly Drawn[] = [
  ...overtaking('tumbling windows', 'tumbling'),
  ...overtaking('sessions', 'session'),
  ...[undefined, ...(Object.keys(COMBINER_RULES) as CombinerRule[])].map((without) => ({
    ...named('combined rows', without, without && COMBINER_RULES[without]),
    result: (drawn: Case, random: Random) => combinedResultOf(drawn, random, without),
  })),
];

export const ORDER_TASKS: readonly OrderTask[] = DRAWN.map(({ scenario, without }) => ({
  model: 'order',
  scenario,
  ...(without === undefined ? {} : { without }),
}));

const ORDERS = 12;

/** @throws when there is no such task */
export function runOrderTask({ scenario, without }: OrderTask, cases: number): OrderOutcome {
  const drawn = DRAWN.find((other) => other.scenario === scenario && other.without === without);
  if (drawn === undefined)
    throw new Error(`scenario must be one that ${without ?? 'no rule'} is bent in, got ${scenario}`);
  const { result, ...task } = drawn;
  return { ...task, cases, differing: countDiffering(cases, ORDERS, result) };
}
