/** How to take back what was done since a mark: a record that fails half way changes nothing (PL-15). */
export class Journal {
  /** Those from `length` on are over; their places are used again. */
  readonly #undo: Array<() => void> = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param undo takes back what comes next */
  note(undo: () => void): void {
    this.#undo[this.#length++] = undo;
  }

  /** What was done stays. */
  clear(): void {
    this.#length = 0;
  }

  /** Takes back what came after the journal had this length, the last first. */
  rollBack(length: number): void {
    while (this.#length > length) this.#undo[--this.#length]?.();
  }
}
