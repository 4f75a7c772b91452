/** What goes through an exchange. */
export interface Row {
  readonly key: string;
  readonly eventTimeMs: number;
  /** The sender's output watermark before it (PL-29). */
  readonly watermarkMs: number;
  /** Plain data: see `checkedExchanged`. */
  readonly value: unknown;
}
