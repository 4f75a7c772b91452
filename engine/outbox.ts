import type { PartitionLog } from './partition-log/partition-log.ts';
import type { Sink } from './ports.ts';
import type { SourcePartition } from './record.ts';

export interface Delivered {
  readonly rows: number;
  readonly writeUnits: number;
}

/**
 * Brings every waiting outbox to every sink, in version order (PL-16).
 *
 * @throws whatever a sink throws: the rest waits for the next invocation
 */
export async function deliverWaiting(log: PartitionLog, partition: SourcePartition, sinks: readonly Sink[]): Promise<Delivered> {
  let rows = 0;
  let writeUnits = 0;
  for (const { version, commitId, epochMs, outbox } of log.undelivered) {
    const receipts = await Promise.all(sinks.map((sink) => sink.deliver({ partition, version, commitId, epochMs, outbox })));
    for (const receipt of receipts) {
      rows += receipt.rows;
      writeUnits += receipt.writeUnits;
    }
    log.markDelivered(version);
  }
  return { rows, writeUnits };
}
