import { requireSetting } from '../errors.ts';
import { sideOutputsOf, sourceOf, sourcesOf, withUnion, type LogicalPlan } from '../plan/logical-plan.ts';
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
  const isFine =
    others.length > 0 && others.every((other) => Array.isArray((other as Partial<typeof other>)?.plan?.nodes));
  requireSetting(
    'union',
    others.map((other) => (typeof other === 'object' ? 'an object' : typeof other)),
    isFine,
    'one stream of records or more',
    'pass from(kinesis({ … })).eventTime(…)',
  );
  const plans = others.map((other) => other.plan);
  const names = [plan, ...plans].flatMap((one) => sourcesOf(one).map(({ source }) => nameOfSource(source)));
  requireSetting(
    'union',
    names,
    new Set(names).size === names.length,
    'of sources with names of their own',
    'a stream and a topic are told apart by their names alone; read each once',
  );
  const rule = `of ${MAX_SOURCES} sources at most`;
  requireSetting('union', names, names.length <= MAX_SOURCES, rule, 'put what belongs together into one stream');
  const known = sideOutputsOf(plan);
  for (const output of plans.flatMap(sideOutputsOf)) {
    requireOutput(output, known);
    known.push(output);
  }
  return withUnion(plan, plans);
}

/** The field by which the sources partition; undefined where partitions do not hold all of a key. */
export function partitionKeyOf(plan: LogicalPlan): string | undefined {
  return sourcesOf(plan).length > 1 ? undefined : sourceOf(plan).source.partitionKey;
}
