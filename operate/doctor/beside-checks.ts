import type { BesideFacts, SourceFacts, StackFacts } from '../stack/stack-facts.ts';
import { allOf, ok, problem, warning, type Finding } from './finding.ts';

/** What a pipeline needs beside its functions and tables: concurrency, what calls the tick, keys. */
export function besideChecks({ source }: Pick<StackFacts, 'source'>, beside: BesideFacts): Finding[] {
  return [concurrency(beside, source), schedule(beside), keys(beside)];
}

/** A shard has one invocation at a time, a partition at most one. */
function concurrency(
  { reservedConcurrency: reserved, sharedConcurrency: shared }: BesideFacts,
  source: SourceFacts,
): Finding {
  const open =
    source.kind === 'kinesis'
      ? (source.stream?.shards.filter((shard) => shard.open).length ?? 0)
      : (source.topic.incarnations[0]?.partitions ?? 0);
  const parts = source.kind === 'kinesis' ? 'shards' : 'partitions';
  const lookedAt = `the function may run for each of ${open} ${source.kind === 'kinesis' ? 'open ' : ''}${parts} at once`;
  if (reserved === 0)
    return problem(
      'function-concurrency',
      lookedAt,
      'reserved: 0',
      'nothing is processed: somebody has switched the function off; take the reservation away',
    );
  if (reserved !== undefined) {
    return reserved >= open
      ? ok('function-concurrency', lookedAt, `reserved: ${reserved}`)
      : problem(
          'function-concurrency',
          lookedAt,
          `reserved: ${reserved}`,
          `${parts} wait for each other: reserve ${open}, or nothing`,
        );
  }
  const found = shared === undefined ? 'no reservation' : `no reservation, ${shared} for all functions without one`;
  return shared === undefined || shared >= open
    ? ok('function-concurrency', lookedAt, found)
    : warning(
        'function-concurrency',
        lookedAt,
        found,
        `ask for a higher quota of concurrent executions, or reserve ${open}`,
      );
}

function schedule({ schedules }: BesideFacts): Finding {
  const lookedAt = 'the tick is called every minute: last windows come out when input stops';
  const [only] = schedules;
  if (only === undefined)
    return problem('tick-schedule', lookedAt, 'no schedule in the stack', 'deploy the stack again');
  const found = `${only.name} ${only.state ?? 'is gone'}, ${only.expression ?? 'no expression'}`;
  if (only.state !== 'ENABLED')
    return problem(
      'tick-schedule',
      lookedAt,
      found,
      'time stands still where input stops: enable it, or deploy the stack again',
    );
  return only.expression === 'rate(1 minute)'
    ? ok('tick-schedule', lookedAt, found)
    : warning('tick-schedule', lookedAt, found, 'somebody changed it: deploy the stack again');
}

function keys({ keys: all }: BesideFacts): Finding {
  const bad = all.flatMap(({ id, use, state, letsAlarmsThrough }) => {
    if (state !== 'Enabled')
      return [{ verdict: 'problem' as const, what: `key ${id} of the ${use} is ${state ?? 'gone'}` }];
    return letsAlarmsThrough === false
      ? [{ verdict: 'problem' as const, what: `key ${id} does not let CloudWatch in: alarms vanish` }]
      : [];
  });
  const looked = all.length === 0 ? 'keys of AWS only' : all.map(({ id, use }) => `${use} ${id}`).join(', ');
  return allOf(
    'keys',
    'keys are enabled, and alarms may use theirs',
    looked,
    bad,
    'cancel the deletion or enable the key, and deploy the stack again for its policy',
  );
}
