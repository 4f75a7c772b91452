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

export function toWireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: '', kind: '' };
  return { name: error.name, message: error.message, code: fieldOf(error, 'code'), kind: fieldOf(error, 'kind') };
}

function fieldOf(error: Error, field: 'code' | 'kind'): string {
  const value: unknown = field in error ? (error as Error & Record<string, unknown>)[field] : '';
  return typeof value === 'string' ? value : '';
}
