import { describe, expect, it } from '@jest/globals';
import { mappingChecks } from '../../../operate/doctor/mapping-checks.ts';
import { stackChecks } from '../../../operate/doctor/stack-checks.ts';
import { streamChecks, type PartitionBacklog } from '../../../operate/doctor/stream-checks.ts';
import type { StreamFacts } from '../../../adapters/kinesis/stream-facts.ts';
import type { FunctionFacts, MappingFacts, StackFacts, TableFacts } from '../../../operate/stack/stack-facts.ts';
import { topologyOf } from '../../engine/support/readings.ts';
import { notOk } from '../support/findings.ts';
import { functionFacts, mappingFacts, stackFacts, streamFacts, tableFacts } from '../support/stack-facts.ts';

const { source } = topologyOf();
const HOUR_MS = 3_600_000;

describe('the checks of the mapping', () => {
  it('find nothing wrong with the mapping that the stack makes', () => {
    expect(notOk(mappingChecks(stackFacts(), source))).toEqual({});
  });

  it.each<[string, Partial<MappingFacts>, ReturnType<typeof notOk>]>([
    ['switched off', { state: 'Disabled' }, { 'mapping-enabled': 'problem' }],
    ['with a number of retries', { maximumRetryAttempts: 10_000 }, { 'mapping-retries': 'problem' }],
    ['whose retries nobody tells', { maximumRetryAttempts: undefined }, { 'mapping-retries': 'problem' }],
    ['with a record age', { maximumRecordAgeInSeconds: 604_800 }, { 'mapping-record-age': 'problem' }],
    ['with a filter', { filters: 1 }, { 'mapping-filter': 'problem' }],
    ['with two batches of a shard at a time', { parallelizationFactor: 2 }, { 'mapping-parallelization': 'problem' }],
    ['that starts at the end', { startingPosition: 'LATEST' }, { 'mapping-start': 'problem' }],
    ['that starts at a time', { startingPosition: 'AT_TIMESTAMP' }, {}],
    ["with Lambda's windows", { tumblingWindowInSeconds: 60 }, { 'mapping-window': 'problem' }],
    ["that says nothing of Lambda's windows", { tumblingWindowInSeconds: undefined }, {}],
    ['with another batch size', { batchSize: 100 }, { 'mapping-batch': 'warning' }],
    ['with another batching window', { maximumBatchingWindowInSeconds: 0 }, { 'mapping-batch': 'warning' }],
    [
      'whose last call failed',
      { lastProcessingResult: 'PROBLEM: Function call failed' },
      { 'mapping-last-result': 'problem' },
    ],
    [
      'whose last call failed, in the words of an emulator',
      { lastProcessingResult: 'FAILED' },
      { 'mapping-last-result': 'problem' },
    ],
    ['whose last call succeeded, in the words of an emulator', { lastProcessingResult: 'OK - 500 records' }, {}],
    [
      'with a destination',
      { destination: 'arn:aws:sns:us-east-1:123456789012:failed' },
      { 'mapping-destination': 'problem' },
    ],
    ['that halves batches', { bisects: true }, { 'mapping-bisect': 'problem' }],
    ['that was never called', { lastProcessingResult: 'No records processed' }, {}],
  ])('judge a mapping %s', (_title, changes, expected) => {
    expect(notOk(mappingChecks(stackFacts({ mapping: mappingFacts(changes) }), source))).toEqual(expected);
  });

  it('say what is lost, and what to do', () => {
    const finding = mappingChecks(stackFacts({ mapping: mappingFacts({ maximumRetryAttempts: 3 }) }), source).find(
      ({ id }) => id === 'mapping-retries',
    );
    expect(finding).toEqual({
      id: 'mapping-retries',
      lookedAt: 'retries without end (-1)',
      verdict: 'problem',
      found: '3',
      whatToDo: 'Lambda drops batches that fail; somebody changed it: deploy the stack again',
    });
  });
});

describe('the checks of stack, function and tables', () => {
  it('find nothing wrong with a stack in prod', () => {
    expect(notOk(stackChecks(stackFacts(), 'window'))).toEqual({});
  });

  it('do not ask for protection outside prod', () => {
    const tables = [tableFacts('log', { deletionProtection: false })];
    expect(notOk(stackChecks(stackFacts({ stage: 'dev', terminationProtection: false, tables }), 'window'))).toEqual(
      {},
    );
  });

  it.each<[string, Partial<StackFacts>, ReturnType<typeof notOk>]>([
    ['without protection', { terminationProtection: false }, { stack: 'problem' }],
    ['being updated', { status: 'UPDATE_IN_PROGRESS' }, { stack: 'warning' }],
    ['that was rolled back to what it was', { status: 'UPDATE_ROLLBACK_COMPLETE' }, { stack: 'warning' }],
    ['that could not be created', { status: 'ROLLBACK_COMPLETE' }, { stack: 'problem' }],
    ['that failed', { status: 'UPDATE_ROLLBACK_FAILED' }, { stack: 'problem' }],
    ['without a log table', { tables: [tableFacts('results')] }, { 'tables-active': 'problem' }],
  ])('judge a stack %s', (_title, changes, expected) => {
    expect(notOk(stackChecks(stackFacts(changes), 'window'))).toEqual(expected);
  });

  it.each<[string, Partial<FunctionFacts>, ReturnType<typeof notOk>]>([
    ['that failed to start', { state: 'Failed' }, { function: 'problem' }],
    ['whose update failed', { lastUpdateStatus: 'Failed' }, { function: 'problem' }],
    ['that sleeps', { state: 'Inactive' }, {}],
  ])('judge a function %s', (_title, changes, expected) => {
    expect(notOk(stackChecks(stackFacts({ function: functionFacts(changes) }), 'window'))).toEqual(expected);
  });

  it.each<[string, Partial<TableFacts>, ReturnType<typeof notOk>, ReturnType<typeof notOk>]>([
    // what is wrong, for the log, for the results
    ['that is being deleted', { status: 'DELETING' }, { 'tables-active': 'problem' }, { 'tables-active': 'problem' }],
    [
      'without point-in-time recovery',
      { pointInTimeRecovery: false },
      { 'tables-recovery': 'problem' },
      { 'tables-recovery': 'problem' },
    ],
    [
      'without deletion protection',
      { deletionProtection: false },
      { 'tables-protection': 'problem' },
      { 'tables-protection': 'problem' },
    ],
    ['with a time to live', { timeToLive: true }, { 'log-never-expires': 'problem' }, {}],
    ['with replicas', { replicas: ['eu-west-1'] }, { 'log-one-region': 'problem' }, {}],
  ])('judge a table %s', (_title, changes, forLog, forResults) => {
    expect(
      notOk(stackChecks(stackFacts({ tables: [tableFacts('log', changes), tableFacts('results')] }), 'window')),
    ).toEqual(forLog);
    expect(
      notOk(stackChecks(stackFacts({ tables: [tableFacts('log'), tableFacts('results', changes)] }), 'window')),
    ).toEqual(forResults);
  });
});

describe('the check of what results are found by', () => {
  const check = (keys: string, identity: 'window' | 'sequence') =>
    stackChecks(stackFacts({ tables: [tableFacts('log'), tableFacts('results', { keys })] }), identity).find(
      ({ id }) => id === 'results-keys',
    );

  it.each([
    ['key (S), windowStartMs (N)', 'window', 'ok'],
    ['key (S), windowStartMs (N)', 'sequence', 'problem'],
    ['key (S), sequence (N)', 'sequence', 'ok'],
    ['key (S), sequence (N)', 'window', 'problem'],
    ['key (S)', 'window', 'problem'],
  ] as const)('judges a table by %s for results by %s: %s', (keys, identity, verdict) => {
    expect(check(keys, identity)?.verdict).toBe(verdict);
  });

  it('says by what the table is found, and by what results would be', () => {
    expect(check('key (S), sequence (N)', 'window')).toMatchObject({
      lookedAt: 'the table of results is found by key (S), windowStartMs (N)',
      found: 'results results-1 is found by key (S), sequence (N): it takes no result',
      whatToDo: 'name another table in retained.<pipeline>.resultsTable, or leave it out for a new one',
    });
  });
});

describe('the checks of the stream', () => {
  const check = (changes: Partial<StreamFacts>, backlogs: readonly PartitionBacklog[] = []) =>
    streamChecks(streamFacts(changes), mappingFacts(), backlogs);

  it('find nothing wrong with the stream that the stack makes', () => {
    expect(notOk(check({}, [{ partition: 'a', behindMs: 500 }]))).toEqual({});
  });

  it.each<[string, Partial<StreamFacts>, ReturnType<typeof notOk>]>([
    ['that ignores partition keys', { distribution: 'AUTO' }, { 'stream-distribution': 'problem' }],
    ['of a service that knows one distribution only', { distribution: undefined }, {}],
    ['with records of 10 MiB', { maxRecordKiB: 10_240 }, { 'stream-record-size': 'problem' }],
    ['with records that a batch just holds', { maxRecordKiB: 4_096 }, {}],
    ['in clear text', { encrypted: false }, { 'stream-encryption': 'warning' }],
  ])('judge a stream %s', (_title, changes, expected) => {
    expect(notOk(check(changes))).toEqual(expected);
  });

  it.each([
    // retention in hours, hours behind
    [24, 2.3, {}],
    [24, 2.4, { 'stream-retention': 'warning' }],
    [24, 12, { 'stream-retention': 'problem' }],
    [168, 12, {}],
  ])('with a retention of %d hours and %d behind', (retentionHours, hours, expected) => {
    expect(notOk(check({ retentionHours }, [{ partition: 'a', behindMs: hours * HOUR_MS }]))).toEqual(expected);
  });

  it('say so when the stream is gone', () => {
    expect(streamChecks(undefined, mappingFacts(), [])).toMatchObject([{ id: 'stream', verdict: 'problem' }]);
  });
});
