/** The sizes of hopping windows, complete. */
export interface Hops {
  readonly sizeMs: number;
  readonly advanceMs: number;
  readonly offsetMs: number;
}
