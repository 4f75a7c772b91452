/**
 * `npm run model [-- --only SCENARIO [--without RULE]] [--workers N] [--json]`: every state of every scenario, then each
 * rule left out with the shortest way to what goes wrong. Ends with 1 when one is not as it should be, or when
 * `docs/exchange-model.md` has other figures.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { isAsItShouldBe, missingIn, shown, statesOf } from './report.ts';
import { TASKS, type Outcome, type Task } from './tasks.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    without: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
  },
});

const chosen = tasksOf(values.only, values.without);
const startedMs = performance.now();
const outcomes = await runAll(chosen, Number(values.workers));
if (values.json) console.log(JSON.stringify(outcomes));
else for (const outcome of outcomes) console.log(shown(outcome));
const states = outcomes.reduce((sum, outcome) => sum + statesOf(outcome), 0);
const seconds = Math.round((performance.now() - startedMs) / 1_000);
console.error(`${states.toLocaleString('en')} states under all rules, ${outcomes.length} tasks, ${seconds} s`);
if (!outcomes.every(isAsItShouldBe)) process.exitCode = 1;
const document = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'exchange-model.md'), 'utf8');
const usual = outcomes.filter((_, at) => TASKS.includes(chosen[at] as Task));
const missing = missingIn(document, usual);
if (missing.length > 0) {
  console.error(
    `docs/exchange-model.md must have the figures of this run; these lines are not in it:\n${missing.join('\n')}`,
  );
  process.exitCode = 1;
}

function tasksOf(scenario: string | undefined, without: string | undefined): readonly Task[] {
  if (scenario === undefined) return without === undefined ? TASKS : TASKS.filter((task) => task.without === without);
  const named = TASKS.filter((task) => task.scenario === scenario);
  if (named[0] === undefined) throw new Error(`--only must be a scenario, got ${JSON.stringify(scenario)}`);
  if (without === undefined) return named;
  const known = named.find((task) => task.without === without);
  return [known ?? { ...named[0], without }];
}

/** Side by side, the largest first, outcomes in the order of the tasks. */
async function runAll(tasks: readonly Task[], workers: number): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(tasks.length);
  const queue = [...tasks.keys()].reverse().values();
  await Promise.all(
    Array.from({ length: Math.max(1, Math.min(workers, tasks.length)) }, () =>
      work(
        () => queue.next().value,
        (at) => tasks[at] as Task,
        (at, outcome) => (outcomes[at] = outcome),
      ),
    ),
  );
  return outcomes;
}

/** One worker: takes task after task until none is left. */
function work(
  take: () => number | undefined,
  taskAt: (at: number) => Task,
  note: (at: number, outcome: Outcome) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./task-worker.ts', import.meta.url));
    let at: number | undefined;
    const next = () => {
      at = take();
      if (at === undefined) void worker.terminate().then(() => resolve());
      else worker.postMessage(taskAt(at));
    };
    worker.on('error', reject);
    worker.on('message', (outcome: Outcome) => {
      note(at as number, outcome);
      next();
    });
    next();
  });
}
