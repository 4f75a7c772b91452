import type { Input } from './input.ts';

/** The partition key of a record that has none, by its position: its hash spreads records over all shards, in every run alike. */
export function spreadKey(position: number): string {
  return String(position);
}

/** The same records as a producer puts them that has no field to partition by. */
export function spread(input: Input): Input {
  return {
    ...input,
    async *read(start, end) {
      let position = start;
      for await (const piece of input.read(start, end))
        yield piece.map(({ data }) => ({ partitionKey: spreadKey(position++), data }));
    },
  };
}
