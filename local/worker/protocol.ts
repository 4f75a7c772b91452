import { TidemarkError } from '../../engine/errors.ts';

/** Parent to worker: run the function once. */
export interface InvocationRequest {
  readonly id: number;
  readonly event: unknown;
  readonly functionName: string;
  readonly requestId: string;
  /** Processing time at which the parent ends the worker [ms since 1970]. */
  readonly deadlineMs: number;
}

/** An error on its way between processes. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  /** Of a TidemarkError; empty otherwise. */
  readonly code: string;
  readonly kind: string;
}

/** Worker to parent. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'cold-start-failed'; readonly error: WireError }
  | { readonly kind: 'returned'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'threw'; readonly id: number; readonly error: WireError };

/** Begins the line on stdout, with the invocation's id behind it, that follows the last line of an invocation. */
export const END_OF_OUTPUT = '\u0000end of invocation ';

export function toWireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: '', kind: '' };
  return { name: error.name, message: error.message, code: fieldOf(error, 'code'), kind: fieldOf(error, 'kind') };
}

export function fromWireError(error: WireError): Error {
  switch (error.kind) {
    case 'invalid':
    case 'data':
    case 'unavailable':
    case 'fenced':
    case 'internal':
      return new TidemarkError(error.kind, error.code, error.message);
    default:
      return new Error(`the function failed with ${error.name}: ${error.message}`);
  }
}

function fieldOf(error: Error, field: 'code' | 'kind'): string {
  const value: unknown = field in error ? (error as Error & Record<string, unknown>)[field] : '';
  return typeof value === 'string' ? value : '';
}
