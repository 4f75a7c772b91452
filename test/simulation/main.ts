/** `npm run simulate -- --seeds N [--from S] [--workers N] [--seed S [--trace]] [--exchange] [--json]`; with `--exchange` each world has one */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { planOf, type Worlds } from './plan.ts';
import { addTotals, noTotals, type Stretch, type Totals } from './search.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

/** Seeds that a worker gets at a time. */
const STRETCH = 25;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    exchange: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const worlds: Worlds = values.exchange ? 'exchange' : 'all';
/** Behind a seed: its world is another one without. */
const flag = values.exchange ? ' --exchange' : '';

if (values.seed !== undefined) await replay(wholeNumber('--seed', values.seed), values.trace);
else
  await search(
    wholeNumber('--from', values.from),
    wholeNumber('--seeds', values.seeds),
    wholeNumber('--workers', values.workers),
    values.json,
  );

/** One seed again; with --trace the faults that it takes, as few as possible. */
async function replay(seed: number, trace: boolean): Promise<void> {
  const outcome = await simulate(seed, undefined, planOf(seed, worlds));
  console.log(
    `seed ${seed}: ${outcome.failure ?? 'everything held'} (${outcome.batches} batches, ${outcome.faults.length} faults)`,
  );
  console.log(
    Object.entries(outcome.contents)
      .filter(([, times]) => times > 0)
      .map(([name, times]) => `  ${name}: ${times}`)
      .join('\n'),
  );
  if (outcome.failure === undefined) return;
  process.exitCode = 1;
  if (trace)
    console.log(
      `it takes no more than:\n  ${(await shrink(seed, outcome.faults, worlds)).join('\n  ') || 'no fault at all'}`,
    );
}

async function search(from: number, seeds: number, workers: number, json: boolean): Promise<void> {
  const totals = noTotals();
  const startedMs = performance.now();
  let next = from;
  const take = () => {
    const count = Math.min(STRETCH, from + seeds - next);
    next += count;
    return { from: next - count, count, worlds };
  };
  const note = (more: Totals) => {
    for (const { seed, failure } of more.failures)
      console.error(`seed ${seed}: ${failure}\n  npm run simulate -- --seed ${seed}${flag} --trace`);
    const before = Math.floor(totals.seeds / 1000);
    addTotals(totals, more);
    if (Math.floor(totals.seeds / 1000) > before)
      console.error(
        `${totals.seeds.toLocaleString('en')} seeds, ${totals.batches.toLocaleString('en')} batches, ${totals.failures.length} failures`,
      );
  };
  await Promise.all(Array.from({ length: Math.max(1, workers) }, () => work(take, note)));
  print(from, totals, performance.now() - startedMs, json);
  if (totals.failures.length > 0) process.exitCode = 1;
}

/** One worker: takes stretch after stretch until none is left. */
function work(take: () => Stretch, note: (totals: Totals) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./search-worker.ts', import.meta.url));
    const next = () => {
      const stretch = take();
      if (stretch.count > 0) worker.postMessage(stretch);
      else void worker.terminate().then(() => resolve());
    };
    worker.on('error', reject);
    worker.on('message', (totals: Totals) => {
      note(totals);
      next();
    });
    next();
  });
}

function print(
  from: number,
  { contents, failures, simulatedMs, ...totals }: Totals,
  elapsedMs: number,
  json: boolean,
): void {
  const summary = {
    ...totals,
    simulatedHours: Math.floor(simulatedMs / 3_600_000),
    failures: failures.length,
    elapsedMs: Math.round(elapsedMs),
    batchesPerSecond: Math.round(totals.batches / (elapsedMs / 1_000)),
  };
  if (json) {
    console.log(JSON.stringify({ ...summary, contents }));
    return;
  }
  console.table(contents);
  console.table([
    { ...summary, from, failureRateBelow: failures.length === 0 ? `3/${totals.seeds} at 95 %` : 'unknown' },
  ]);
  const never = Object.entries(contents)
    .filter(([, { times }]) => times === 0)
    .map(([name]) => name);
  if (never.length > 0) console.log(`in none of these worlds: ${never.join(', ')}`);
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`${flag} must be a whole number, got ${JSON.stringify(text)}; pass ${flag} 1000`);
  return value;
}
