import { keysText, resultKeys } from '../../adapters/dynamodb/result-table-keys.ts';
import type { ResultShape } from '../../engine/plan/results.ts';
import type { FunctionFacts, StackFacts, TableFacts } from '../stack/stack-facts.ts';
import { allOf, ok, problem, warning, type Bad, type Finding } from './finding.ts';

const PROD = 'prod';

/**
 * Stack, function and tables.
 *
 * @param identity what tells the results of the pipeline apart
 */
export function stackChecks(facts: StackFacts, identity: ResultShape['identity']): Finding[] {
  return [stackState(facts), functionState(facts.function), ...tableChecks(facts, keysText(resultKeys(identity)))];
}

function stackState({ stack, status, stage, terminationProtection }: StackFacts): Finding {
  const lookedAt = stage === PROD ? 'the stack is deployed, and protected from deletion' : 'the stack is deployed';
  const found = `${stack} ${status}${terminationProtection ? ', protected' : ''}`;
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) {
    return stage === PROD && !terminationProtection
      ? problem('stack', lookedAt, found, 'deploy it again: it switches the protection on')
      : ok('stack', lookedAt, found);
  }
  return /_FAILED$|^ROLLBACK_COMPLETE$/.test(status)
    ? problem('stack', lookedAt, found, 'read the events of the stack in CloudFormation, then deploy again')
    : warning('stack', lookedAt, found, 'a deployment is under way or was taken back; look again when it is done');
}

export function functionState({ name, state, lastUpdateStatus, runtime }: FunctionFacts): Finding {
  const lookedAt = 'the function is active and up to date';
  const found = `${name} ${state ?? 'nothing'}, last update ${lastUpdateStatus ?? 'nothing'}, ${runtime ?? 'no runtime'}`;
  // Inactive: AWS took its resources back while nothing happened; the next invocation brings it back.
  const active = state === 'Active' || state === 'Inactive';
  return active && lastUpdateStatus === 'Successful'
    ? ok('function', lookedAt, found)
    : problem('function', lookedAt, found, 'deploy the stack again; see the reason in the Lambda console');
}

function tableChecks({ tables, stage }: StackFacts, resultKeysText: string): Finding[] {
  const names = tables.map(({ role, name }) => `${role} ${name}`).join(', ');
  const there = tables.filter(({ status }) => status !== undefined);
  const gone = tables
    .filter((table) => !there.includes(table))
    .map(({ role, name }): Bad => ({ verdict: 'problem', what: `${role} ${name} is gone` }));
  const bad = (
    fails: (table: TableFacts) => boolean,
    verdict: Bad['verdict'],
    what: (table: TableFacts) => string,
  ): Bad[] => there.filter(fails).map((table) => ({ verdict, what: `${table.role} ${table.name} ${what(table)}` }));
  const noLog: Bad[] = tables.some(({ role }) => role === 'log')
    ? []
    : [{ verdict: 'problem', what: 'the function names no log table' }];
  return [
    allOf(
      'tables-active',
      'tables take requests',
      names,
      [
        ...noLog,
        ...gone,
        ...bad(
          ({ status }) => status !== 'ACTIVE' && status !== 'UPDATING',
          'problem',
          ({ status }) => `is ${status}`,
        ),
      ],
      'wait, or deploy the stack again',
    ),
    allOf(
      'tables-recovery',
      'point-in-time recovery is on',
      names,
      bad(
        (table) => !table.pointInTimeRecovery,
        'problem',
        () => 'has none',
      ),
      'switch it on: it is the only way back from a deleted or overwritten log',
    ),
    allOf(
      'tables-protection',
      stage === PROD ? 'tables are protected from deletion' : 'tables are protected from deletion in prod',
      names,
      stage === PROD
        ? bad(
            (table) => !table.deletionProtection,
            'problem',
            () => 'is not',
          )
        : [],
      'deploy the stack again: it switches the protection on',
    ),
    allOf(
      'log-never-expires',
      'no time to live on the log: its slots are never deleted',
      names,
      bad(
        ({ role, timeToLive }) => role === 'log' && timeToLive,
        'problem',
        () => 'has one',
      ),
      'switch it off at once: a deleted slot breaks the chain',
    ),
    allOf(
      'log-one-region',
      'the log is in one region: a global table settles conflicts by last writer',
      names,
      bad(
        ({ role, replicas }) => role === 'log' && replicas.length > 0,
        'problem',
        ({ replicas }) => `is also in ${replicas.join(', ')}`,
      ),
      'remove the replicas: they void the condition of the commit',
    ),
    allOf(
      'results-keys',
      `the table of results is found by ${resultKeysText}`,
      names,
      bad(
        ({ role, keys }) => role === 'results' && keys !== resultKeysText,
        'problem',
        ({ keys }) => `is found by ${keys}: it takes no result`,
      ),
      'name another table in retained.<pipeline>.resultsTable, or leave it out for a new one',
    ),
  ];
}
