/** A receiver's state covers the sender's log up to here. */
export interface SenderPosition {
  /** Id of the sender's log. */
  readonly logId: string;
  /** 0: nothing of it was read. */
  readonly version: number;
  /** Of that version: the next one must follow it (PL-32). Empty at version 0. */
  readonly commitId: string;
  /** The sender's output watermark by then; before its first entry what its parents had. */
  readonly watermarkMs: number;
  /** Its seal was taken: nothing comes any more, and its watermark holds nothing back. */
  readonly isDone: boolean;
  /** Logs that have to be done first, so that rows of a key keep their order across a reshard (PL-36). */
  readonly parents: readonly string[];
}
