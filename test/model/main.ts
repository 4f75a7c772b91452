/** `npm run model`: every state of every scenario, then each rule left out with the shortest way to what goes wrong. */
import { explore } from './explore.ts';
import { machineOf } from './machine.ts';
import { RULES, type RuleName } from './rules.ts';
import { SCENARIOS, SHOWN_BY } from './scenarios.ts';

const MAX_STATES = 5_000_000;

let states = 0;
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  const found = explore(machineOf(scenario), MAX_STATES);
  states += found.states;
  console.log(
    `${name}: ${found.states.toLocaleString('en')} states, ${found.moves.toLocaleString('en')} moves, ${found.depth} deep: ${found.counterExample?.wrong ?? 'everything holds'}`,
  );
  if (found.counterExample !== undefined) {
    console.log(numbered(found.counterExample.trace));
    process.exitCode = 1;
  }
}
console.log(`${states.toLocaleString('en')} states\n`);

for (const rule of Object.keys(RULES) as RuleName[]) {
  const { counterExample } = explore(machineOf(SCENARIOS[SHOWN_BY[rule]], [rule]), MAX_STATES);
  console.log(`without ${RULES[rule].rule}, ${RULES[rule].without}: ${counterExample?.wrong ?? 'NOTHING GOES WRONG'}`);
  if (counterExample === undefined) process.exitCode = 1;
  else console.log(numbered(counterExample.trace));
}

function numbered(trace: readonly string[]): string {
  return trace.map((step, i) => `  ${String(i + 1).padStart(2)}. ${step}`).join('\n');
}
