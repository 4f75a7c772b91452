import { putWriteUnits } from '../adapters/dynamodb/item-size.ts';
import { toResultItem } from '../adapters/dynamodb/result-item.ts';
import type { ResultRow } from '../engine/outputs.ts';
import type { Delivery, Sink, SinkReceipt } from '../engine/ports.ts';

/** Takes everything and keeps nothing: what remains is the engine's own time. */
export class NullSink implements Sink {
  readonly name = 'null';

  async deliver({ outbox }: Delivery): Promise<SinkReceipt> {
    return { rows: outbox.results.length, writeUnits: 0 };
  }
}

/** The result table in memory: the newest revision of each window, and what DynamoDB would charge for it. */
export class MeteredResultTable implements Sink {
  readonly name = 'resultTable';
  readonly rows = new Map<string, ResultRow>();
  writeUnits = 0;

  async deliver({ outbox }: Delivery): Promise<SinkReceipt> {
    const newest = new Map(outbox.results.map((row) => [`${row.windowStartMs}/${row.key}`, row]));
    let writeUnits = 0;
    for (const [id, row] of newest) {
      writeUnits += putWriteUnits(toResultItem(row));
      this.rows.set(id, row);
    }
    this.writeUnits += writeUnits;
    return { rows: newest.size, writeUnits };
  }
}
