/** Receivers while they go over to another number (PL-39): the old ones take what is left for them, then the new ones begin. */
import { receiverPartition } from '../../engine/exchange/receivers.ts';
import type { LoadedLog } from '../../engine/partition-log/open-log.ts';
import type { Exchange } from '../../engine/plan/exchange.ts';
import type { SourcePartition } from '../../engine/record.ts';
import type { SenderPosition } from '../../engine/state/sender-position.ts';
import type { Topology } from '../../engine/topology.ts';

/** A log that was opened, or could not be. */
export interface OpenedLog {
  readonly loaded?: LoadedLog | undefined;
}

/** The receivers of one generation. */
export interface Generation<O extends OpenedLog> {
  readonly exchange: Exchange;
  readonly opened: readonly O[];
  /** Others take over from them, or will. */
  readonly isOld: boolean;
}

/**
 * The generations of an exchange that matter, the oldest first: the newest, and those before it until all of the next one
 * have begun with their state. Those that never had anything are left out.
 */
export async function generationsOf<O extends OpenedLog>(
  topology: Topology,
  open: (partitions: readonly SourcePartition[]) => Promise<readonly O[]>,
): Promise<ReadonlyArray<Generation<O>>> {
  const found: Array<Generation<O>> = [];
  let exchange: Exchange | undefined = topology.receivesFrom;
  while (exchange !== undefined) {
    const { receivers } = exchange;
    const one: Exchange = exchange;
    const opened = await open(
      Array.from({ length: receivers }, (_, receiver) => receiverPartition(topology.name, one, receiver)),
    );
    const [next] = found;
    if (next !== undefined && !(opened.some(hasBegun) && (!opened.every(isSealed) || !next.opened.every(hasBegun))))
      return found;
    found.unshift({ exchange, opened, isOld: next !== undefined });
    exchange = exchange.before;
  }
  return found;
}

/**
 * From where a receiver reads its senders.
 *
 * @param before the generation that it takes over from, if that is shown
 * @returns undefined: it has not begun, and what comes next is for those before it
 */
export function positionsIn(
  one: OpenedLog,
  before: Generation<OpenedLog> | undefined,
): readonly SenderPosition[] | undefined {
  if (isSealed(one)) return undefined;
  if (before === undefined || hasBegun(one)) return one.loaded?.state.positions;
  // All of them have read equally far once they are sealed.
  return before.opened.every(isSealed) ? before.opened[0]?.loaded?.state.positions : undefined;
}

/** One that cannot be opened has something. */
const hasBegun = ({ loaded }: OpenedLog): boolean => loaded === undefined || loaded.head !== undefined;

const isSealed = ({ loaded }: OpenedLog): boolean => (loaded?.head?.sealedFor.length ?? 0) > 0;
