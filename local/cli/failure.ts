import { CommanderError } from 'commander';
import { isKind, messageOf } from '../../engine/errors.ts';
import { hasCode } from '../storage/json-file.ts';

/** What the command ends with. */
export interface Failure {
  /** For stderr; empty when it has been said already. */
  readonly line: string;
  readonly exitCode: number;
}

/** Asking for something wrong ends with 2, anything else that goes wrong with 1: always one line, never a stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return { line: '', exitCode: error.exitCode === 0 ? 0 : 2 };
  const remedy = hasCode(error, 'ENOSPC') ? '; free some space and start again, nothing is lost' : '';
  const line = `tidemark: ${messageOf(error).split('\n')[0] ?? ''}${remedy}`;
  return { line, exitCode: isKind(error, 'invalid') ? 2 : 1 };
}
