import type { ResultRow } from '../../../engine/outputs.ts';
import type { Delivery, Sink, SinkReceipt } from '../../../engine/ports.ts';
import { RowsRefused } from '../../../engine/rows-refused.ts';

/** Takes every result but those of one key, for which it throws as a result table does. */
export class PickySink implements Sink {
  readonly name: string;
  /** What it was given and took, delivery by delivery. */
  readonly taken: ResultRow[][] = [];
  refusals = 0;
  /** The key that it will not take; undefined: it takes all. */
  badKey: string | undefined;

  constructor(name: string, badKey: string | undefined) {
    this.name = name;
    this.badKey = badKey;
  }

  async deliver({ outbox }: Delivery): Promise<SinkReceipt> {
    const refused = outbox.results.filter(({ key }) => key === this.badKey);
    this.taken.push(outbox.results.filter(({ key }) => key !== this.badKey));
    const receipt = { rows: outbox.results.length - refused.length, writeUnits: 0 };
    if (refused.length === 0) return receipt;
    this.refusals++;
    throw new RowsRefused(
      this.name,
      refused.map((row) => ({ row, reason: 'Item size has\nexceeded the maximum allowed size' })),
      receipt,
    );
  }
}
