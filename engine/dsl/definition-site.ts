/** In which modules `pipeline(name)` or `fedFrom(…, name, …)` was called: a function is bundled with its pipeline's module, which only the call knows. */
const calls = new Map<string, { readonly stack?: string }[]>();

/**
 * Notes where a pipeline of this name is defined: the caller of `caller`. Where a runtime has no such stack, nowhere.
 * The stack becomes text when it is asked for, which no function does: it takes as long as loading the engine.
 */
export function noteDefinitionSite(name: string, caller: (...args: never[]) => unknown): void {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, caller);
  const known = calls.get(name);
  if (known === undefined) calls.set(name, [holder]);
  else known.push(holder);
}

/** The modules that define a pipeline of this name, as `file:` URLs or paths; more than one when the name is taken twice. */
export function definitionSites(name: string): readonly string[] {
  const sites = (calls.get(name) ?? []).map(({ stack = '' }) => siteIn(stack));
  return [...new Set(sites.filter((site) => site !== undefined))];
}

/**
 * The module of the topmost frame.
 *
 * @example siteIn('Error\n    at file:///app/pipelines/orders.ts:3:16') // 'file:///app/pipelines/orders.ts'
 */
export function siteIn(stack: string): string | undefined {
  const frame = stack.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  return /(?:^\s+at (?:async )?|\()((?:file:\/\/|\/|[A-Za-z]:\\)[^()]+?):\d+:\d+\)?$/.exec(frame)?.[1];
}
