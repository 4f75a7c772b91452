import { describe, expect, it } from '@jest/globals';
import { explore } from './explore.ts';
import { machineOf } from './machine.ts';
import { RULES, type RuleName } from './rules.ts';
import { SCENARIOS, SHOWN_BY, type ScenarioName } from './scenarios.ts';

/** How many states there are: another number is another protocol, so look before you change it. */
const STATES: Readonly<Record<ScenarioName, number>> = {
  'two writers': 8_533,
  'three writers': 35_882,
  'batches cut in different ways': 21_432,
  'a ring of four goes round twice': 34_843,
  'snapshots and deliveries lag': 115_011,
  'reads are torn': 46_928,
  'ticks between records': 22_554,
  'a parent and its child': 37_831,
  'ticks around a seal': 122_407,
};

describe('the commit protocol, under every interleaving', () => {
  it.each(Object.keys(SCENARIOS) as ScenarioName[])(
    'counts and delivers everything once, and never gets stuck: %s',
    (name) => {
      const { states, counterExample } = explore(machineOf(SCENARIOS[name]), 1_000_000);
      expect({ counterExample, states }).toEqual({ counterExample: undefined, states: STATES[name] });
    },
  );

  it.each((Object.keys(RULES) as RuleName[]).map((name) => ({ name, ...RULES[name] })))(
    'goes wrong without $rule: $without',
    ({ name }) => {
      const { counterExample } = explore(machineOf(SCENARIOS[SHOWN_BY[name]], [name]), 1_000_000);
      expect(counterExample?.wrong).toMatch(/\w/);
    },
  );

  it('shows the shortest way to what goes wrong, one step a line', () => {
    const { counterExample } = explore(machineOf(SCENARIOS['two writers'], ['silenceIsUnknown']), 1_000_000);
    expect(counterExample).toEqual({
      wrong: 'version 1 is delivered as it never was in the log',
      trace: [
        'A gets record 1 of the log',
        'A reads the log, finds nothing',
        'A sends version 1 of the log: record 1',
        'A takes silence for a yes to version 1 of the log',
        'A delivers version 1 of the log',
      ],
    });
  });

  it('has no answer for a world that is too large to be looked at as a whole', () => {
    expect(() => explore(machineOf(SCENARIOS['two writers']), 100)).toThrow('model must have at most 100 states');
  });
});
