/** The windows that a query reads, and what has to be so for them. */
import { hopping, session, tumbling } from '../../engine/index.ts';
import type { Windows } from '../../engine/window/windows.ts';
import { shown, SqlError } from '../sql-error.ts';
import type { WindowFrom } from '../syntax/ast.ts';
import type { Grouping } from './grouping.ts';
import { scopeOf, type Relation, type SourceTable } from './relation.ts';

export function windowsOf({ windows, intervals }: WindowFrom): Windows {
  const [first = 0, second = 0, third = 0] = intervals;
  if (windows === 'TUMBLE') return tumbling({ sizeMs: first, offsetMs: modulo(second, first) });
  if (windows === 'SESSION') return session({ gapMs: first });
  return hopping({ advanceMs: first, sizeMs: second, offsetMs: modulo(third, first) });
}

/** Of a time before 1970 as well. */
const modulo = (ms: number, lengthMs: number): number => ((ms % lengthMs) + lengthMs) % lengthMs;

/** By the time that the table declares, in lengths that there are. @throws SQL_INVALID */
export function requireTime(
  { time, windows, intervals, span }: WindowFrom,
  relation: Relation,
  declared: NonNullable<SourceTable['time']>,
): void {
  const column = scopeOf(relation).column([time]);
  if (column.text !== declared.column.text)
    throw new SqlError(
      'SQL_INVALID',
      time.span,
      `expected the column of the WATERMARK in DESCRIPTOR, got ${shown(time.text)}`,
      `write the one that ${relation.source.name.text.slice(0, 60)} declares`,
    );
  const [first = 0, second = 0] = intervals;
  if (intervals.slice(0, windows === 'HOP' ? 2 : 1).some((ms) => ms < 1))
    throw new SqlError(
      'SQL_INVALID',
      span,
      `expected INTERVALs above 0 of ${windows}, got one that is not`,
      "write INTERVAL '1' HOUR",
    );
  if (windows === 'HOP' && second % first !== 0)
    throw new SqlError(
      'SQL_INVALID',
      span,
      `expected a size of HOP that is a multiple of its slide, got ${second} ms and ${first} ms`,
      'write the slide first, then the size',
    );
}

/** Sessions are those of a key: SESSION has to name the same as GROUP BY. */
export function requirePartition(
  { windows, partitionBy, span }: WindowFrom,
  { keys }: Grouping,
  relation: Relation,
): void {
  if (partitionBy === undefined) return;
  const scope = scopeOf(relation);
  const parts = partitionBy.map((column) => scope.column([column]).text);
  if (windows !== 'SESSION') {
    if (parts.length > 0)
      throw new SqlError(
        'SQL_INVALID',
        span,
        `expected PARTITION BY in SESSION only, got it in ${windows}`,
        'leave it out: GROUP BY has the keys',
      );
    return;
  }
  const texts = keys.map(({ bound: { text } }) => text);
  if (new Set(parts).size === texts.length && texts.every((text) => parts.includes(text))) return;
  throw new SqlError(
    'SQL_UNSUPPORTED',
    span,
    `sessions of other keys than those of GROUP BY are not there yet: got PARTITION BY ${parts.join(', ') || 'nothing'}`,
    `write PARTITION BY ${texts.join(', ') || 'nothing'}`,
  );
}
