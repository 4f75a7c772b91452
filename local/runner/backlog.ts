import type { PutReceipt } from '../feeder/feed-target.ts';

interface Call {
  readonly after: string;
  readonly count: number;
}

/** Records that the feeder has put and the event source has not read yet. */
export class Unread {
  readonly #calls = new Map<string, Call[]>();

  put({ after, counts }: PutReceipt): void {
    for (const [shard, count] of Object.entries(counts)) {
      const calls = this.#calls.get(shard) ?? [];
      this.#calls.set(shard, calls);
      calls.push({ after: after[shard] ?? '0', count });
    }
  }

  /** @param lastRead newest sequence number that was read of a shard */
  count(lastRead: (shardId: string) => string | undefined): number {
    let total = 0;
    for (const [shard, calls] of this.#calls) {
      const read = BigInt(lastRead(shard) ?? -1);
      while (calls[0] !== undefined && BigInt(calls[0].after) <= read) calls.shift();
      total += calls.reduce((sum, { count }) => sum + count, 0);
    }
    return total;
  }
}
