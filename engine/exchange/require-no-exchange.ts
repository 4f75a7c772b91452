import { TidemarkError } from '../errors.ts';
import type { Topology } from '../topology.ts';

/** @throws EXCHANGE_UNSUPPORTED (invalid) from where a pipeline with an exchange cannot be run */
export function requireNoExchange(
  { name, sendsTo }: Pick<Topology, 'name'> & Partial<Pick<Topology, 'sendsTo'>>,
  where: string,
): void {
  if (sendsTo === undefined) return;
  throw new TidemarkError(
    'invalid',
    'EXCHANGE_UNSUPPORTED',
    `${where} must run pipelines without an exchange so far, got ${name} with ${sendsTo.id}; group by the source's partition key`,
  );
}
