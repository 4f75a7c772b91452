import type { StandardSchemaV1 } from '@standard-schema/spec';
import { zodNodeOf } from './zod-node.ts';

/** What zod throws when it meets a promise in a synchronous run. Its class has a name that bundlers change. */
const ASYNC = 'Encountered Promise during synchronous parse';

/**
 * A schema of zod answers with a promise in two cases: a part of it is asynchronous, or code of the pipeline threw within it.
 *
 * @returns what the code threw; undefined: the schema is asynchronous
 */
export function thrownWithin(schema: StandardSchemaV1, value: unknown): { readonly error: unknown } | undefined {
  const node = zodNodeOf(schema);
  if (node === undefined) return undefined;
  try {
    const outcome = node._zod.run({ value, issues: [] }, { async: false });
    if (outcome instanceof Promise) ignore(outcome);
    return undefined;
  } catch (error) {
    return error instanceof Error && error.message.startsWith(ASYNC) ? undefined : { error };
  }
}

/** Keeps a rejection from ending the process: the error that follows already says that the schema gave a promise. */
export function ignore(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
