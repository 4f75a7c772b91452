import { describe, expect, it } from '@jest/globals';
import { allOf, ok, problem, warning } from '../../../operate/doctor/finding.ts';
import { doctorJson, doctorText, hasProblem } from '../../../operate/doctor/report.ts';

const FINDINGS = [
  ok('a', 'is there', 'yes'),
  warning('longer', 'is young', '5 days', 'renew it'),
  problem('c', 'adds up', 'no', 'count again'),
];

describe('the report of doctor', () => {
  it('has a line per check, what to do below it, and a sum', () => {
    expect(doctorText(FINDINGS).split('\n')).toEqual([
      '✓ a       is there: yes',
      '! longer  is young: 5 days',
      '          → renew it',
      '✗ c       adds up: no',
      '          → count again',
      '',
      '3 checks: 1 ok, 1 warning, 1 problem',
    ]);
  });

  it('is one JSON object per check and line', () => {
    expect(doctorJson(FINDINGS)[1]).toBe(
      '{"id":"longer","lookedAt":"is young","verdict":"warning","found":"5 days","whatToDo":"renew it"}',
    );
  });

  it('tells a problem from a warning', () => {
    expect(hasProblem(FINDINGS)).toBe(true);
    expect(hasProblem(FINDINGS.slice(0, 2))).toBe(false);
  });

  it('takes many things together', () => {
    expect(allOf('x', 'all fine', '4 things', [], 'repair')).toEqual(ok('x', 'all fine', '4 things'));
    expect(allOf('x', 'all fine', '4 things', [{ verdict: 'warning', what: 'one' }], 'repair')).toEqual(
      warning('x', 'all fine', 'one', 'repair'),
    );
  });
});
