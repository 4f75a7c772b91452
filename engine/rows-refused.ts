import { TidemarkError } from './errors.ts';
import type { ResultRow } from './outputs.ts';
import type { SinkReceipt } from './ports.ts';

/** A result that a sink will never take, whatever becomes of its service, and what the service says of it. */
export interface RefusedRow {
  /** The very object of the delivery. */
  readonly row: ResultRow;
  readonly reason: string;
}

/**
 * A sink has stored all of a delivery but these rows. Thrown for refusals that concern single rows only: one that
 * concerns every row, such as a missing permission, is another error. The rows stand in no log line.
 */
export class RowsRefused extends TidemarkError {
  readonly #rows: readonly RefusedRow[];
  /** Of the rows that it did store. */
  readonly receipt: SinkReceipt;

  constructor(sink: string, rows: readonly RefusedRow[], receipt: SinkReceipt) {
    const text = `${sink} must take every result, got ${rows.length} refused, the first with: ${rows[0]?.reason ?? ''}`;
    super('internal', 'SINK_REFUSED', `${text}; they go to the dead letters`, {
      context: { sink, refused: rows.length },
    });
    this.#rows = rows;
    this.receipt = receipt;
  }

  get rows(): readonly RefusedRow[] {
    return this.#rows;
  }
}
