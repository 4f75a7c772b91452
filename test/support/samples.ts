import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import type { DeadLetter, LateRecord, Outbox, ResultRow } from '../../engine/outputs.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import type { Delivery } from '../../engine/ports.ts';
import type { SourcePartition } from '../../engine/record.ts';

export const SHARD: SourcePartition = Object.freeze({
  pipeline: 'flights',
  stage: '0',
  source: 'departures',
  incarnation: '1',
  partition: 'shardId-000000000000',
});

/** A log entry of this version, every field set. */
export function sampleEntry(version: number, changes: Partial<LogEntry> = {}): LogEntry {
  return {
    version,
    commitId: `commit-${version}`,
    previousCommitId: version === 1 ? '' : `commit-${version - 1}`,
    epochMs: 1_600_000_000_000,
    from: -1n,
    reached: 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n,
    reachedDigest: 4_294_967_295,
    watermarkMs: Number.MIN_SAFE_INTEGER,
    counters: { recordsIn: 10, counted: 7, late: 2, deadLetters: 1, results: 3, lossesAccepted: 4 },
    processingTimeMs: 1_700_000_000_001,
    lastArrivalMs: 1_700_000_000_000,
    sequence: 12,
    floors: [{ fromHash: 0n, toHash: 2n ** 127n, watermarkMs: 5 }],
    pending: { domain: 'event', fromMs: Number.MIN_SAFE_INTEGER, operator: 'window2', firedMs: 1_600_000_000_000 },
    resumeAt: 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_999n,
    proof: { provenMs: 1_700_000_000_002, possibleLosses: 2, fromMs: 1_600_000_000_001, toMs: 1_600_000_000_002 },
    sealedFor: ['shardId-000000000001', 'shardId-000000000002'],
    delta: { inline: new Uint8Array([0, 1, 255]) },
    outbox: { inline: new Uint8Array() },
    snapshotVersion: 0,
    snapshotKey: '',
    publishedVersion: 0,
    withheld: [
      { version, sink: 'resultTable', places: [0, 3] },
      { version, sink: 'stream', places: [12] },
    ],
    fingerprint: 'f1',
    codec: 1,
    stateHash: 4_294_967_295,
    positions: [
      {
        logId: 'flights/0/departures/1/shardId-1',
        version: 7,
        commitId: 'c7',
        watermarkMs: 5,
        isDone: true,
        parents: [],
      },
      {
        logId: 'flights/0/departures/1/shardId-2',
        version: 0,
        commitId: '',
        watermarkMs: 5,
        isDone: false,
        parents: ['p'],
      },
    ],
    sent: {
      rows: { inline: new Uint8Array([3, 4]) },
      watermarkMs: Number.MIN_SAFE_INTEGER,
      children: [{ logId: 'flights/0/departures/1/shardId-2', parents: ['p'] }],
      generation: 1,
      consumedVersion: 6,
      sinceVersion: 5,
    },
    due: { eventMs: 1_600_000_000_000, processingMs: undefined },
    ...changes,
  };
}

export function sampleRow(
  key: string,
  windowStartMs: number,
  revision: number,
  values: Record<string, unknown> = { departures: revision },
): ResultRow {
  return { key, windowStartMs, windowEndMs: windowStartMs + 10, revision, values };
}

export function sampleLate(offset: bigint, changes: Partial<LateRecord> = {}): LateRecord {
  return {
    offset,
    subSequence: 0,
    key: 'ATL',
    eventTimeMs: 0,
    arrivalTimeMs: 20,
    watermarkMs: 15,
    data: Buffer.from('{"late":true}'),
    ...changes,
  };
}

export function sampleDeadLetter(offset: bigint, changes: Partial<DeadLetter> = {}): DeadLetter {
  return {
    offset,
    subSequence: 0,
    partitionKey: 'ATL',
    arrivalTimeMs: 20,
    code: 'NOT_JSON',
    reason: 'record must be JSON',
    data: Buffer.from([0, 255]),
    ...changes,
  };
}

export function sampleDelivery(outbox: Partial<Outbox>, version = 1, epochMs = 0): Delivery {
  return { partition: SHARD, version, commitId: `commit-${version}`, epochMs, outbox: { ...EMPTY_OUTBOX, ...outbox } };
}
