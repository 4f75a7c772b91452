import { describe, expect, it } from '@jest/globals';
import { deadLetterLine, lateLine, resultLine, sideOutputLine } from '../../../adapters/shared/lines.ts';
import { count, countIf, max, mean, min, sum } from '../../../engine/index.ts';
import {
  DEAD_LETTER_COLUMNS,
  LATE_COLUMNS,
  resultColumns,
  SIDE_OUTPUT_COLUMNS,
} from '../../../lib/deliver/lake-columns.ts';
import type { LakeColumn } from '../../../lib/deliver/lake-columns.ts';
import { sampleDeadLetter, sampleLate, sampleRow } from '../../support/samples.ts';
import { orders } from '../synthesize.ts';

const names = (columns: readonly LakeColumn[]): string[] => columns.map(({ name }) => name);
/** As Athena and Firehose see the fields of a line: in lower case. */
const fieldsOf = (line: string): string[] => Object.keys(JSON.parse(line) as object).map((name) => name.toLowerCase());
const named = (name: string) => ({
  results: { identity: 'window' as const, columns: [{ name, type: 'json' as const, descriptor: 'count()' }] },
});

describe('the columns of the lake', () => {
  it('are the fields of the lines that the sinks write, in their order', () => {
    const values = { purchases: 1, meanPriceUsd: 2, lastItems: [] };
    expect(names(resultColumns(orders))).toEqual(
      fieldsOf(resultLine('orders', { ...sampleRow('a', 0, 1, values), retracted: true }, 5)),
    );
    expect(names(SIDE_OUTPUT_COLUMNS)).toEqual(
      fieldsOf(sideOutputLine('shard', { output: 'large', key: 'ATL', eventTimeMs: 0, sequence: 1, value: {} }, 5)),
    );
    expect(names(LATE_COLUMNS)).toEqual(fieldsOf(lateLine('shard', sampleLate(1n, { headers: [] }), 5)));
    expect(names(DEAD_LETTER_COLUMNS)).toEqual(
      fieldsOf(deadLetterLine('shard', sampleDeadLetter(1n, { headers: [] }), 5)),
    );
  });

  it('have the types that the aggregates say; what is neither number nor text is JSON in a string', () => {
    expect(
      resultColumns(orders)
        .slice(7)
        .map(({ name, type }) => [name, type]),
    ).toEqual([
      ['purchases', 'bigint'],
      ['meanpriceusd', 'double'],
      ['lastitems', 'string'],
    ]);
    const ofNumbers = [count(), countIf(() => true), sum('n'), min('n'), max('n'), mean('n')];
    const types = ofNumbers.map(
      ({ aggregator: { resultType = 'json' } }) =>
        resultColumns({
          results: { identity: 'window', columns: [{ name: 'a', type: resultType, descriptor: 'a' }] },
        }).at(-1)?.type,
    );
    expect(types).toEqual(['bigint', 'bigint', 'double', 'double', 'double', 'double']);
  });

  it.each(['day', 'Day', 'ID', 'windowstartms', 'logEpochMs', 'mean delay', 'é', '1st', 'x'.repeat(256), ''])(
    'refuse an aggregate named %j',
    (name) => {
      expect(() => resultColumns(named(name))).toThrow(
        expect.objectContaining({ code: 'LAKE_COLUMN_NAME', kind: 'invalid' }),
      );
    },
  );

  it('refuse two names that differ in case only', () => {
    const columns = [...named('total').results.columns, ...named('Total').results.columns];
    expect(() => resultColumns({ results: { identity: 'window', columns } })).toThrow(
      'result name must be letters, digits and underscores, and differ by more than upper and lower case from day and the other columns of the lake, got "Total"; choose another name',
    );
  });
});
