import { requireSetting } from '../errors.ts';
import { sourceOf, sourcesOf, withChanged } from '../plan/logical-plan.ts';
import { noteDefinitionSite } from './definition-site.ts';
import { requirePipelineName } from './pipeline-name.ts';
import { pipelineOf, type Pipeline } from './pipeline-of.ts';
import { nameOfSource, type Source } from '../plan/source.ts';

/**
 * The same pipeline under another name, fed from another source of the same records. It has a state of its own.
 *
 * @example export default fedFrom(flights, 'flights-kafka', kafka({ topic: 'departures', partitionKey: 'origin', schema: Departure }))
 * @throws INVALID_SETTING when the name is none, or the source has another partition key
 */
export function fedFrom<V, Result>(
  { plan }: Pipeline<V, Result>,
  name: string,
  source: Source<NoInfer<V>>,
): Pipeline<V, Result> {
  requirePipelineName(name);
  const names = sourcesOf(plan).map((one) => nameOfSource(one.source));
  requireSetting('pipeline', names, names.length === 1, 'of one source', 'write the union of the other sources');
  const isJoined = plan.nodes.some(({ kind }) => kind === 'join');
  requireSetting('pipeline', plan.name, !isJoined, 'without a join', 'define the join over the other source');
  const key = sourceOf(plan).source.partitionKey;
  requireSetting(
    'partitionKey',
    source.partitionKey,
    source.partitionKey === key,
    `${key === undefined ? 'left out' : JSON.stringify(key)}, as ${plan.name} has it`,
    key === undefined ? 'leave it out' : 'group by the same field',
  );
  noteDefinitionSite(name, fedFrom);
  const fed = { ...withChanged(plan, { ...sourceOf(plan), source: source as Source }), name };
  return pipelineOf(Object.freeze(fed));
}
