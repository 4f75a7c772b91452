/** What an instance remembers from tick to tick. Nothing depends on it: it makes the next tick fairer, and its bounds closer. */
export class TickMemory {
  #unreached: ReadonlySet<string> = new Set();
  readonly #watermarks = new Map<string, number>();

  /** Those that the last tick did not reach come first. */
  inOrder(partitions: readonly string[]): string[] {
    const isFirst = (partition: string) => this.#unreached.has(partition);
    return [...partitions.filter(isFirst), ...partitions.filter((partition) => !isFirst(partition))];
  }

  noteUnreached(partitions: readonly string[]): void {
    this.#unreached = new Set(partitions);
  }

  noteWatermark(partition: string, watermarkMs: number): void {
    this.#watermarks.set(partition, watermarkMs);
  }

  /** Watermarks never fall, so an older one is a lower bound. */
  watermarkOf(partition: string): number | undefined {
    return this.#watermarks.get(partition);
  }

  /** Lets go of partitions that the source has forgotten. */
  keepOnly(partitions: ReadonlySet<string>): void {
    for (const partition of this.#watermarks.keys()) if (!partitions.has(partition)) this.#watermarks.delete(partition);
  }
}
