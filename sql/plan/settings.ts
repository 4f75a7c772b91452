/** What SET says of the windows of a pipeline. */
import { nearest } from '../nearest.ts';
import { shown, SqlError, type Span } from '../sql-error.ts';
import type { SetOption } from '../syntax/ast.ts';

export interface Settings {
  readonly allowedLatenessMs?: number;
}

const LATENESS = 'tidemark.allowed-lateness';

/** As Flink spells a length. */
const LENGTH = /^(\d{1,9}) ?(ms|s|sec|min|h|d)$/;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** @param insert where INSERT INTO stands: SET is read before @throws SQL_INVALID, SQL_UNKNOWN_NAME */
export function settingsOf(options: readonly SetOption[], insert: Span): Settings {
  const [option, second] = options;
  for (const { key, span } of options) {
    if (key.text !== LATENESS)
      throw new SqlError(
        'SQL_UNKNOWN_NAME',
        key.span,
        `expected a setting, got ${shown(key.text)}`,
        nearest(key.text, [LATENESS]) === undefined ? `leave it out: there is ${LATENESS} only` : `write ${LATENESS}`,
      );
    if (span.start > insert.start)
      throw new SqlError('SQL_INVALID', span, 'expected SET before INSERT INTO, got it behind', 'move it');
  }
  if (second !== undefined)
    throw new SqlError('SQL_INVALID', second.span, `expected ${LATENESS} once, got it twice`, 'leave one out');
  if (option === undefined) return {};
  const [, count, unit = ''] = LENGTH.exec(option.value.text) ?? [];
  if (count === undefined)
    throw new SqlError(
      'SQL_INVALID',
      option.value.span,
      `expected a length, got ${shown(option.value.text)}`,
      "write '10 min': ms, s, min, h and d are there",
    );
  return { allowedLatenessMs: Number(count) * (UNITS[unit] as number) };
}
