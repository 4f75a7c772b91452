import { describe, expect, it } from '@jest/globals';
import { besideChecks } from '../../../operate/doctor/beside-checks.ts';
import type { BesideFacts } from '../../../operate/stack/stack-facts.ts';
import { notOk } from '../support/findings.ts';
import { besideFacts, stackFacts, streamFacts, topicFacts } from '../support/stack-facts.ts';

const found = (changes: Partial<BesideFacts>) => notOk(besideChecks(stackFacts(), besideFacts(changes)));
const tick = { name: 'tick-1', state: 'ENABLED', expression: 'rate(1 minute)' };
const key = { id: 'key-1', use: 'alarms', state: 'Enabled', letsAlarmsThrough: true } as const;

describe('what a pipeline needs beside its functions and tables', () => {
  it.each<[string, Partial<BesideFacts>, Record<string, string>]>([
    ['as the stack makes it', {}, {}],
    ['as many invocations reserved as there are open shards', { reservedConcurrency: 1 }, {}],
    ['a service that does not tell the quota', { sharedConcurrency: undefined }, {}],
    ['a function that is switched off', { reservedConcurrency: 0 }, { 'function-concurrency': 'problem' }],
    ['an account without concurrency left', { sharedConcurrency: 0 }, { 'function-concurrency': 'warning' }],
    ['no schedule', { schedules: [] }, { 'tick-schedule': 'problem' }],
    ['a schedule that is off', { schedules: [{ ...tick, state: 'DISABLED' }] }, { 'tick-schedule': 'problem' }],
    [
      'a schedule that is slower',
      { schedules: [{ ...tick, expression: 'rate(1 hour)' }] },
      { 'tick-schedule': 'warning' },
    ],
    ['no key of its own', { keys: [] }, {}],
    ['a key that is disabled', { keys: [{ ...key, state: 'Disabled' }] }, { keys: 'problem' }],
    ['a key that shuts CloudWatch out', { keys: [{ ...key, letsAlarmsThrough: false }] }, { keys: 'problem' }],
  ])('%s', (_, changes, expected) => {
    expect(found(changes)).toEqual(expected);
  });

  it('compares a reservation with the open shards', () => {
    const shards = [
      { name: 'a', open: true },
      { name: 'b', open: true },
      { name: 'c', open: false },
    ];
    const findings = besideChecks(
      { source: { kind: 'kinesis', stream: streamFacts({ shards }) } },
      besideFacts({ reservedConcurrency: 1 }),
    );
    expect(findings.find(({ id }) => id === 'function-concurrency')).toMatchObject({
      verdict: 'problem',
      whatToDo: 'shards wait for each other: reserve 2, or nothing',
    });
  });

  it('compares it with the partitions of the topic as it is now', () => {
    const findings = besideChecks(
      { source: { kind: 'kafka', topic: topicFacts() } },
      besideFacts({ reservedConcurrency: 3 }),
    );
    expect(findings.find(({ id }) => id === 'function-concurrency')).toMatchObject({
      verdict: 'problem',
      whatToDo: 'partitions wait for each other: reserve 4, or nothing',
    });
  });
});
