/**
 * `work` over all items, at most `bound` at a time, results in order. After the first failure no further item is begun;
 * it is thrown once those under way have ended, so that nothing runs on behind the caller's back.
 */
export async function mapParallel<T, R>(
  items: readonly T[],
  bound: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const failures: unknown[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(bound, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
