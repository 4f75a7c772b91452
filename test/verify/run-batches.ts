import { TidemarkError } from '../../engine/errors.ts';
import { receive } from '../../engine/exchange/receive.ts';
import { processBatch, type BatchReport } from '../../engine/process-batch.ts';
import type { Processor } from '../../engine/processor.ts';
import type { SourcePartition, SourceRecord } from '../../engine/record.ts';
import type { SeededRandom } from '../simulation/world/random.ts';

export interface Batches {
  /** Reads the source. */
  readonly sending: Processor;
  /** The fragment behind an exchange; undefined where there is none. */
  readonly receiving: Processor | undefined;
  readonly records: ReadonlyMap<SourcePartition, readonly SourceRecord[]>;
  readonly random: SeededRandom;
}

/**
 * Takes all records of all shards, which go on in any order, some of them twice, and calls receivers in between now and then.
 *
 * @returns how many windows are open in the end
 */
export async function runBatches({ sending, receiving, records, random }: Batches): Promise<number> {
  const receivers = Array.from({ length: sending.topology.sendsTo?.receivers ?? 0 }, (_, receiver) => receiver);
  const open = new Map<string, number>();
  const reported = ({ partition, openWindows }: BatchReport): void => void open.set(partition, openWindows);
  const receiveAt = async (receiver: number): Promise<void> =>
    receiving === undefined ? undefined : reported(await receive(receiving, receiver));
  const receiveAll = async (): Promise<void> => {
    for (const receiver of receivers) await receiveAt(receiver);
  };
  const shards = [...records].map(([partition, all]) => ({ partition, all, from: 0 }));
  const unfinished = () => shards.filter(({ all, from }) => from < all.length);
  for (let left = unfinished(); left.length > 0; left = unfinished()) {
    const shard = pick(left, random);
    const size = 1 + Math.floor(random.unit() ** 3 * 2_000);
    const repeated = Math.floor(random.unit() ** 8 * shard.from);
    const batch = shard.all.slice(shard.from - repeated, shard.from + size);
    const take = () => processBatch(sending, { partition: shard.partition, records: batch });
    reported(
      await take().catch(async (error: unknown) => {
        if (!(error instanceof TidemarkError) || error.code !== 'RING_FULL') throw error;
        await receiveAll();
        return take();
      }),
    );
    shard.from += size;
    if (receivers.length > 0 && random.unit() < 0.2) await receiveAt(pick(receivers, random));
  }
  await receiveAll();
  return [...open.values()].reduce((sum, one) => sum + one, 0);
}

function pick<T>(of: readonly T[], random: SeededRandom): T {
  return of[Math.floor(random.unit() * of.length)] as T;
}
