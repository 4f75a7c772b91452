import { TidemarkError } from '../engine/errors.ts';

/** Where something stands in a text. */
export interface Span {
  /** Offset of its first character, from 0. */
  readonly start: number;
  /** Offset behind its last character. */
  readonly end: number;
  /** Line of its first character, from 1. */
  readonly line: number;
  /** Column of its first character, from 1. */
  readonly column: number;
}

export type SqlErrorCode = 'SQL_SYNTAX' | 'SQL_UNSUPPORTED' | 'SQL_UNKNOWN_NAME' | 'SQL_TYPE' | 'SQL_INVALID';

/** A text of SQL that cannot become a pipeline: says where, what was expected, and what to write. */
export class SqlError extends TidemarkError {
  readonly line: number;
  readonly column: number;

  /** @example new SqlError('SQL_SYNTAX', span, 'expected FROM, got "GROUP"', 'write FROM and the name of a table') */
  constructor(code: SqlErrorCode, { line, column }: Span, problem: string, remedy: string, cause?: unknown) {
    super('invalid', code, `${problem} at ${line}:${column}; ${remedy}`, {
      context: { line, column },
      ...(cause === undefined ? {} : { cause }),
    });
    this.name = 'SqlError';
    this.line = line;
    this.column = column;
  }
}

/** A part of the text as an error shows it: one short line. */
export function shown(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ');
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 37)}...` : line);
}
