import { requireSetting } from '../errors.ts';
import { noteDefinitionSite } from './definition-site.ts';
import { requirePipelineName } from './pipeline-name.ts';
import type { Pipeline } from './pipeline.ts';
import type { Source } from './topology.ts';

/**
 * The same pipeline under another name, fed from another source of the same records. It has a state of its own.
 *
 * @example export default fedFrom(flights, 'flights-kafka', kafka({ topic: 'departures', partitionKey: 'origin', schema: Departure }))
 * @throws INVALID_SETTING when the name is none, or the source has another partition key
 */
export function fedFrom<V, Result>({ topology }: Pipeline<V, Result>, name: string, source: Source<NoInfer<V>>): Pipeline<V, Result> {
  requirePipelineName(name);
  const [key] = topology.keyFields;
  requireSetting('partitionKey', source.partitionKey, source.partitionKey === key, `${JSON.stringify(key)}, as ${topology.name} has it`, 'group by the same field');
  noteDefinitionSite(name, fedFrom);
  return Object.freeze({ topology: Object.freeze({ ...topology, name, source: source as Source }) });
}
