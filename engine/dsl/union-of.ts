import { requireSetting } from '../errors.ts';
import { sideOutputsOf, sourceOf, sourcesOf, withUnion, type LogicalPlan } from '../plan/logical-plan.ts';
import type { SourceNode } from '../plan/node.ts';
import { nameOfSource } from '../plan/source.ts';
import { requireOutput } from './require-output.ts';

/** So many sources are looked at by each other's ticks. */
const MAX_SOURCES = 16;

/**
 * The plan with the sources of others beside its own.
 *
 * @throws INVALID_SETTING for what is no stream of records, a source that is there twice, or an output that is
 */
export function unionOf(plan: LogicalPlan, others: ReadonlyArray<{ readonly plan: LogicalPlan }>): LogicalPlan {
  requireRecords('union', others, others.length > 0, 'one stream of records or more');
  const plans = others.map((other) => other.plan);
  requireApart('union', [plan, ...plans].flatMap(sourcesOf));
  requireOwnOutputs(plan, plans);
  return withUnion(plan, plans);
}

/** What is given must be streams of records. */
export function requireRecords(
  what: string,
  given: ReadonlyArray<{ readonly plan: LogicalPlan }>,
  isEnough: boolean,
  rule: string,
): void {
  const isFine = isEnough && given.every((one) => Array.isArray((one as Partial<typeof one>)?.plan?.nodes));
  const kinds = given.map((one) => (typeof one === 'object' ? 'an object' : typeof one));
  requireSetting(what, kinds, isFine, rule, 'pass from(kinesis({ … })).eventTime(…)');
}

/** Sources that send to one exchange. */
export function requireApart(what: string, sources: readonly SourceNode[]): void {
  const names = sources.map(({ source }) => nameOfSource(source));
  requireSetting(
    what,
    names,
    new Set(names).size === names.length,
    'of sources with names of their own',
    'a stream and a topic are told apart by their names alone; read each once',
  );
  const rule = `of ${MAX_SOURCES} sources at most`;
  requireSetting(what, names, names.length <= MAX_SOURCES, rule, 'put what belongs together into one stream');
}

export function requireOwnOutputs(plan: LogicalPlan, others: readonly LogicalPlan[]): void {
  const known = sideOutputsOf(plan);
  for (const output of others.flatMap(sideOutputsOf)) {
    requireOutput(output, known);
    known.push(output);
  }
}

/** The field by which the sources partition; undefined where partitions do not hold all of a key. */
export function partitionKeyOf(plan: LogicalPlan): string | undefined {
  return sourcesOf(plan).length > 1 ? undefined : sourceOf(plan).source.partitionKey;
}
