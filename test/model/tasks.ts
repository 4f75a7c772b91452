/** What `npm run model` looks at: each scenario of both models under all rules, then each rule left out. */
import { exchangeOf } from './exchange/machine.ts';
import * as exchangeRules from './exchange/rules.ts';
import * as exchangeScenarios from './exchange/scenarios.ts';
import { explore, type Exploration } from './explore.ts';
import { machineOf } from './machine.ts';
import { ORDER_TASKS, runOrderTask, type OrderOutcome, type OrderTask } from './order/tasks.ts';
import * as logRules from './rules.ts';
import * as logScenarios from './scenarios.ts';

export interface ModelTask {
  readonly model: 'log' | 'exchange';
  readonly scenario: string;
  /** The rule that is left out; absent: none is. */
  readonly without?: string;
}

export type Task = ModelTask | OrderTask;
export type Outcome = ModelOutcome | OrderOutcome;

export interface ModelOutcome extends ModelTask {
  /** Number of the rule, and what happens in its place. */
  readonly rule?: { readonly rule: string; readonly without: string };
  readonly found: Exploration;
}

const MAX_STATES = 5_000_000;
const CASES = 20_000;

const modelOf = (
  model: ModelTask['model'],
  rules: Readonly<Record<string, { readonly rule: string; readonly without: string }>>,
  scenarios: readonly string[],
  shownBy: Readonly<Record<string, string>>,
): ModelTask[] => [
  ...scenarios.map((scenario) => ({ model, scenario })),
  ...Object.keys(rules).map((without) => ({ model, scenario: shownBy[without] as string, without })),
];

export const TASKS: readonly Task[] = [
  ...modelOf('log', logRules.RULES, Object.keys(logScenarios.SCENARIOS), logScenarios.SHOWN_BY),
  ...modelOf('exchange', exchangeRules.RULES, Object.keys(exchangeScenarios.SCENARIOS), exchangeScenarios.SHOWN_BY),
  ...ORDER_TASKS,
];

/** @throws when there are more states than can be looked at, or no such scenario or rule */
export const runTask = (task: Task): Outcome =>
  task.model === 'order' ? runOrderTask(task, CASES) : runModelTask(task);

/** @throws when there are more states than can be looked at, or no such scenario or rule */
export function runModelTask(task: ModelTask): ModelOutcome {
  const { model, scenario, without } = task;
  if (model === 'log') {
    const { SCENARIOS } = logScenarios;
    const chosen = SCENARIOS[oneOf('scenario', scenario, SCENARIOS)];
    if (without === undefined) return { ...task, found: explore(machineOf(chosen), MAX_STATES) };
    const rule = oneOf('rule', without, logRules.RULES);
    return { ...task, rule: logRules.RULES[rule], found: explore(machineOf(chosen, [rule]), MAX_STATES) };
  }
  const { SCENARIOS } = exchangeScenarios;
  const chosen = SCENARIOS[oneOf('scenario', scenario, SCENARIOS)];
  if (without === undefined) return { ...task, found: explore(exchangeOf(chosen), MAX_STATES) };
  const rule = oneOf('rule', without, exchangeRules.RULES);
  return { ...task, rule: exchangeRules.RULES[rule], found: explore(exchangeOf(chosen, [rule]), MAX_STATES) };
}

function oneOf<T extends string>(what: string, name: string, known: Readonly<Record<T, unknown>>): T {
  if (Object.hasOwn(known, name)) return name as T;
  throw new Error(`${what} must be one of ${Object.keys(known).join(', ')}, got ${JSON.stringify(name)}`);
}
