import { withFields, type SourceRecord } from '../../engine/record.ts';
import { isKind, type TidemarkError } from '../../engine/errors.ts';
import { isAggregated, readAggregate } from './aggregated-record.ts';
import { Routing, type HashRange, type KeyPlacement } from './routing.ts';

/** Records of one commit, unless one aggregated record alone has more. Bounds what a commit has to hold. */
export const MAX_BATCH_RECORDS = 20_000;

/**
 * The records of one invocation as the engine takes them: aggregated ones unpacked, each record that its shard must not
 * count marked with the reason. Cut into several batches when unpacking made many of few, never inside an aggregated
 * record: all its places share one offset, and what the log has reached it has reached whole (PL-13).
 *
 * @example [...sourceBatches(shard.records, { fromHash: 0n, toHash: MAX_HASH })]
 */
export function* sourceBatches(
  records: readonly SourceRecord[],
  range: HashRange,
  maxRecords: number = MAX_BATCH_RECORDS,
  placement: KeyPlacement = 'shards',
): Generator<readonly SourceRecord[]> {
  const routing = new Routing(range, placement);
  let batch: SourceRecord[] = [];
  for (const record of records) {
    const places = record.text === undefined && isAggregated(record.data) ? unpack(record, routing) : undefined;
    if (batch.length > 0 && batch.length + (places?.length ?? 1) > maxRecords) {
      yield batch;
      batch = [];
    }
    if (places === undefined) batch.push(routed(record, routing.refusal(record.partitionKey)));
    else for (const place of places) batch.push(place);
  }
  if (batch.length > 0) yield batch;
}

function unpack(record: SourceRecord, routing: Routing): SourceRecord[] {
  const { offset, arrivalTimeMs } = record;
  try {
    return readAggregate(record.data).map(({ partitionKey, explicitHashKey, data }, subSequence) =>
      routed(
        { offset, subSequence, partitionKey, arrivalTimeMs, data },
        routing.packedRefusal(partitionKey, explicitHashKey),
      ),
    );
  } catch (error) {
    if (!isKind(error, 'data')) throw error;
    return [withFields(record, { refusal: error })];
  }
}

function routed(record: SourceRecord, refusal: TidemarkError | undefined): SourceRecord {
  return refusal === undefined ? record : withFields(record, { refusal });
}
