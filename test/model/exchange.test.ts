import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAsItShouldBe, missingIn } from './report.ts';
import { runModelTask, TASKS, type ModelTask } from './tasks.ts';

const document = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'exchange-model.md'), 'utf8');
/** More than 30,000 states each: `npm run model` looks at them. */
const LARGE = [
  'two senders, two receivers',
  'three containers',
  'a ring of two goes round',
  'a sender splits, killed',
  'a sender splits',
  'a sender splits, ticks',
  'receivers merge while running',
  'receivers split while running',
  'a sender splits while receivers merge',
  'receivers merge, killed',
  'senders merge, killed',
  'senders merge while receivers merge',
  'the middle of three merges',
  'both exchanges merge, one container',
  'the last of three merges',
  'a source is made again, killed',
  'a source is made again, ticks',
  'an exchange is added while a sender splits',
  'an exchange is added while senders merge',
];
/** Shown after more than 40,000 states. */
const SHOWN_LATE = ['sealHolds', 'waitingIsBehind', 'passOver'];

const ofExchange = TASKS.filter((task): task is ModelTask => task.model === 'exchange');
const isScenario = ({ without, scenario }: ModelTask): boolean => without === undefined && !LARGE.includes(scenario);

describe('the exchange, under every interleaving', () => {
  it.each(ofExchange.filter(isScenario))('applies every row once and never gets stuck: $scenario', (task) => {
    const outcome = runModelTask(task);
    expect(outcome.found.counterExample).toBeUndefined();
    expect(missingIn(document, [outcome])).toEqual([]);
  });

  it.each(ofExchange.filter(({ without }) => without !== undefined && !SHOWN_LATE.includes(without)))(
    'goes wrong without the rule $without, in as many steps as the document says',
    (task) => {
      const outcome = runModelTask(task);
      expect(isAsItShouldBe(outcome)).toBe(true);
      expect(missingIn(document, [outcome])).toEqual([]);
    },
  );

  it('has a line in the document for every scenario and every rule', () => {
    const lines = document.split('\n');
    const named = ({ scenario, without }: ModelTask): boolean =>
      lines.some((line) =>
        without === undefined ? line.startsWith(`| ${scenario} | `) : line.includes(` \`${without}\` |`),
      );
    expect(ofExchange.filter((task) => !named(task))).toEqual([]);
  });

  it('leaves nothing out of npm test but scenarios and rules that there are', () => {
    const names = ofExchange.flatMap(({ scenario, without }) => [scenario, without]);
    expect([...LARGE, ...SHOWN_LATE].filter((name) => !names.includes(name))).toEqual([]);
  });
});
