/** `npm run simulate -- --seeds N [--from S] [--seed S [--trace]] [--json]` */
import { parseArgs } from 'node:util';
import { shrink } from './shrink.ts';
import { simulate, type Outcome } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

if (values.seed !== undefined) await replay(wholeNumber('--seed', values.seed), values.trace);
else await search(wholeNumber('--from', values.from), wholeNumber('--seeds', values.seeds), values.json);

/** One seed again; with --trace the faults that it takes, as few as possible. */
async function replay(seed: number, trace: boolean): Promise<void> {
  const outcome = await simulate(seed);
  console.log(`seed ${seed}: ${outcome.failure ?? 'everything held'} (${outcome.batches} batches, ${outcome.faults.length} faults)`);
  if (outcome.failure === undefined) return;
  process.exitCode = 1;
  if (trace) console.log(`it takes no more than:\n  ${(await shrink(seed, outcome.faults)).join('\n  ') || 'no fault at all'}`);
}

async function search(from: number, seeds: number, json: boolean): Promise<void> {
  const totals = { seeds: 0, batches: 0, commits: 0, ticks: 0, seals: 0, faults: 0, simulatedHours: 0 };
  const failures: Outcome[] = [];
  const startedMs = performance.now();
  for (let seed = from; seed < from + seeds; seed++) {
    const outcome = await simulate(seed);
    totals.seeds++;
    totals.batches += outcome.batches;
    totals.commits += outcome.commits;
    totals.ticks += outcome.ticks;
    totals.seals += outcome.seals;
    totals.faults += outcome.faults.length;
    totals.simulatedHours += outcome.simulatedMs / 3_600_000;
    if (outcome.failure !== undefined) {
      failures.push(outcome);
      console.error(`seed ${seed}: ${outcome.failure}\n  npm run simulate -- --seed ${seed} --trace`);
    }
    if (totals.seeds % 1000 === 0) console.error(`${totals.seeds.toLocaleString('en')} seeds, ${totals.batches.toLocaleString('en')} batches, ${failures.length} failures`);
  }
  const summary = { ...totals, simulatedHours: Math.floor(totals.simulatedHours), failures: failures.length, elapsedMs: Math.round(performance.now() - startedMs) };
  if (json) console.log(JSON.stringify(summary));
  else {
    console.table([{ ...summary, from, failureRateBelow: failures.length === 0 ? `3/${totals.seeds} at 95 %` : 'unknown' }]);
  }
  if (failures.length > 0) process.exitCode = 1;
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${flag} must be a whole number, got ${JSON.stringify(text)}; pass ${flag} 1000`);
  return value;
}
