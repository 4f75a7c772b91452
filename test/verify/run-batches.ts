import { TidemarkError } from '../../engine/errors.ts';
import { receive } from '../../engine/exchange/receive.ts';
import { processBatch, type BatchReport } from '../../engine/process-batch.ts';
import type { Processor } from '../../engine/processor.ts';
import type { SourcePartition, SourceRecord } from '../../engine/record.ts';
import type { SeededRandom } from '../simulation/world/random.ts';

export interface Batches {
  /** What reads each source, and its records. */
  readonly sending: readonly Sending[];
  /** The fragments behind its exchanges, in order. */
  readonly receiving: readonly Processor[];
  readonly random: SeededRandom;
}

export interface Sending {
  readonly processor: Processor;
  readonly records: ReadonlyMap<SourcePartition, readonly SourceRecord[]>;
}

/**
 * Takes all records of all shards of all sources, which go on in any order, some of them twice, and calls receivers in between now and then.
 *
 * @returns how many windows are open in the end
 */
export async function runBatches({ sending, receiving, random }: Batches): Promise<number> {
  const receivers = receiving.flatMap((processor) =>
    Array.from({ length: processor.topology.receivesFrom?.receivers ?? 0 }, (_, receiver) => ({ processor, receiver })),
  );
  const open = new Map<string, number>();
  const reported = (at: string, { partition, openWindows }: BatchReport): void =>
    void open.set(`${at}/${partition}`, openWindows);
  const receiveAt = async ({ processor, receiver }: (typeof receivers)[number]): Promise<void> => {
    const at = processor.topology.receivesFrom?.id ?? '';
    reported(at, await whenRoom(() => receive(processor, receiver)));
  };
  /** The last ones first: those before them then have room in their rings. */
  const receiveAll = async (): Promise<void> => {
    for (const one of receivers.toReversed()) await receiveAt(one);
  };
  const whenRoom = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch(async (error: unknown) => {
      if (!(error instanceof TidemarkError) || error.code !== 'RING_FULL') throw error;
      await receiveAll();
      return work();
    });
  const shards = sending.flatMap(({ processor, records }) =>
    [...records].map(([partition, all]) => ({ processor, partition, all, from: 0 })),
  );
  const unfinished = () => shards.filter(({ all, from }) => from < all.length);
  for (let left = unfinished(); left.length > 0; left = unfinished()) {
    const shard = pick(left, random);
    const size = 1 + Math.floor(random.unit() ** 3 * 2_000);
    const repeated = Math.floor(random.unit() ** 8 * shard.from);
    const batch = shard.all.slice(shard.from - repeated, shard.from + size);
    const take = () => processBatch(shard.processor, { partition: shard.partition, records: batch });
    reported(shard.partition.source, await whenRoom(take));
    shard.from += size;
    if (receivers.length > 0 && random.unit() < 0.2) await receiveAt(pick(receivers, random));
  }
  for (const one of receivers) await receiveAt(one);
  return [...open.values()].reduce((sum, one) => sum + one, 0);
}

function pick<T>(of: readonly T[], random: SeededRandom): T {
  return of[Math.floor(random.unit() * of.length)] as T;
}
