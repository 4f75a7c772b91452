/**
 * `work` over all items, at most `bound` at a time. A failure stops none of the others.
 *
 * @param mayBegin asked before each item; once it says no, no further one is begun
 * @returns outcomes in the order of the items; undefined for those that were not begun
 */
export async function settleEach<T, R>(
  items: readonly T[],
  bound: number,
  mayBegin: () => boolean,
  work: (item: T) => Promise<R>,
): Promise<Array<PromiseSettledResult<R> | undefined>> {
  const outcomes = new Array<PromiseSettledResult<R> | undefined>(items.length).fill(undefined);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (!mayBegin()) return;
      const [outcome] = await Promise.allSettled([work(item)]);
      outcomes[index] = outcome;
    }
  };
  await Promise.all(Array.from({ length: Math.min(bound, items.length) }, worker));
  return outcomes;
}
