import { requireSetting } from '../engine/errors.ts';
import { nameOfSource } from '../engine/plan/source.ts';
import type { Topology } from '../engine/topology.ts';

/**
 * The fragment of a pipeline that reads a source.
 *
 * @param reading the fragments that read one
 * @param name of its stream or topic; undefined: there is one only
 * @throws INVALID_SETTING
 */
export function sourceNamed(reading: readonly Topology[], name: string | undefined): Topology {
  const names = reading.map(({ source }) => nameOfSource(source));
  const found = name === undefined && reading.length === 1 ? reading[0] : reading[names.indexOf(name ?? '')];
  const rule = `one of ${names.join(', ')}`;
  requireSetting('--source', name, found !== undefined, rule, `pass --source ${names.at(-1)}`);
  return found as Topology;
}
