import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { LogEntry, Withheld } from '../../engine/partition-log/entry.ts';
import { bodyItem, corrupt, readBody, readNumber, readOffset, readText, toNumber, type Item } from './item-reader.ts';
import type { Counters, PendingMove, Progress, ReadProof } from '../../engine/state/progress.ts';
import { readPositions, readSent, readDue, positionsItem, sentItem, dueItem } from './exchange-item.ts';
import type { Floor } from '../../engine/time/floors.ts';

/** The one key attribute. It contains the slot, so that a busy log is spread over DynamoDB's partitions. */
export function slotKey(logId: string, slot: number): string {
  return `${logId}#${slot}`;
}

/**
 * An entry as an item: attributes named as in LogEntry, offsets as decimal strings, the counters as one short list.
 *
 * @example { slotKey: { S: 'flights/0#5' }, version: { N: '5' }, counters: { L: [recordsIn, counted, late, deadLetters, results] }, … }
 */
export function toLogItem(logId: string, slot: number, entry: LogEntry): Item {
  const { recordsIn, counted, late, deadLetters, results, lossesAccepted } = entry.counters;
  return {
    slotKey: { S: slotKey(logId, slot) },
    version: { N: String(entry.version) },
    commitId: { S: entry.commitId },
    ...(entry.epochMs === 0 ? {} : { epochMs: { N: String(entry.epochMs) } }),
    previousCommitId: { S: entry.previousCommitId },
    from: { S: String(entry.from) },
    reached: { S: String(entry.reached) },
    ...(entry.reachedDigest === undefined ? {} : { reachedDigest: { N: String(entry.reachedDigest) } }),
    watermarkMs: { N: String(entry.watermarkMs) },
    counters: {
      L: [recordsIn, counted, late, deadLetters, results, ...(lossesAccepted === 0 ? [] : [lossesAccepted])].map(
        (n) => ({ N: String(n) }),
      ),
    },
    processingTimeMs: { N: String(entry.processingTimeMs) },
    lastArrivalMs: { N: String(entry.lastArrivalMs) },
    sequence: { N: String(entry.sequence) },
    ...(entry.floors.length === 0 ? {} : { floors: { L: entry.floors.map(floorItem) } }),
    ...(entry.pending === undefined ? {} : { pending: pendingItem(entry.pending) }),
    ...(entry.resumeAt === undefined ? {} : { resumeAt: { S: String(entry.resumeAt) } }),
    ...(entry.proof === undefined ? {} : { proof: proofItem(entry.proof) }),
    ...(entry.sealedFor.length === 0 ? {} : { sealedFor: { L: entry.sealedFor.map((name) => ({ S: name })) } }),
    ...bodyItem('delta', entry.delta),
    ...bodyItem('outbox', entry.outbox),
    snapshotVersion: { N: String(entry.snapshotVersion) },
    snapshotKey: { S: entry.snapshotKey },
    publishedVersion: { N: String(entry.publishedVersion) },
    ...(entry.withheld.length === 0 ? {} : { withheld: { L: entry.withheld.map(withheldItem) } }),
    fingerprint: { S: entry.fingerprint },
    codec: { N: String(entry.codec) },
    stateHash: { N: String(entry.stateHash) },
    ...positionsItem(entry.positions),
    ...sentItem(entry.sent),
    ...dueItem(entry.due),
  };
}

/** @throws LOG_CORRUPT (internal) when an attribute is missing or of another type */
export function fromLogItem(item: Item): LogEntry {
  return {
    version: readNumber(item, 'version'),
    commitId: readText(item, 'commitId'),
    epochMs: item['epochMs'] === undefined ? 0 : readNumber(item, 'epochMs'),
    previousCommitId: readText(item, 'previousCommitId'),
    from: readOffset(item, 'from'),
    reached: readOffset(item, 'reached'),
    reachedDigest: item['reachedDigest'] === undefined ? undefined : readNumber(item, 'reachedDigest'),
    watermarkMs: readNumber(item, 'watermarkMs'),
    counters: readCounters(item),
    processingTimeMs: readNumber(item, 'processingTimeMs'),
    lastArrivalMs: readNumber(item, 'lastArrivalMs'),
    sequence: readNumber(item, 'sequence'),
    floors: (item['floors']?.L ?? []).map(({ M = {} }) => ({
      fromHash: readOffset(M, 'fromHash'),
      toHash: readOffset(M, 'toHash'),
      watermarkMs: readNumber(M, 'watermarkMs'),
    })),
    pending: readPending(item['pending']?.M),
    resumeAt: readResumeAt(item),
    proof: readProof(item),
    sealedFor: (item['sealedFor']?.L ?? []).map((name) => readText({ sealedFor: name }, 'sealedFor')),
    delta: readBody(item, 'delta'),
    outbox: readBody(item, 'outbox'),
    snapshotVersion: readNumber(item, 'snapshotVersion'),
    snapshotKey: readText(item, 'snapshotKey'),
    publishedVersion: readNumber(item, 'publishedVersion'),
    withheld: (item['withheld']?.L ?? []).map(({ M = {} }) => readWithheld(M)),
    fingerprint: readText(item, 'fingerprint'),
    codec: readNumber(item, 'codec'),
    stateHash: readNumber(item, 'stateHash'),
    positions: readPositions(item),
    ...readSent(item),
    ...readDue(item),
  };
}

function floorItem({ fromHash, toHash, watermarkMs }: Floor): AttributeValue {
  return {
    M: { fromHash: { S: String(fromHash) }, toHash: { S: String(toHash) }, watermarkMs: { N: String(watermarkMs) } },
  };
}

function pendingItem({ domain, fromMs, operator, firedMs }: PendingMove): AttributeValue {
  return {
    M: {
      domain: { S: domain },
      fromMs: { N: String(fromMs) },
      operator: { S: operator },
      firedMs: { N: String(firedMs) },
    },
  };
}

function readPending(item: Item | undefined): PendingMove | undefined {
  if (item === undefined) return undefined;
  const domain = readText(item, 'domain');
  if (domain !== 'event' && domain !== 'processing') throw corrupt(item, 'domain', 'event or processing');
  return {
    domain,
    fromMs: readNumber(item, 'fromMs'),
    operator: readText(item, 'operator'),
    firedMs: readNumber(item, 'firedMs'),
  };
}

function readResumeAt(item: Item): Progress['resumeAt'] {
  if (item['resumeAt'] === undefined) return undefined;
  return item['resumeAt'].S === 'end' ? 'end' : readOffset(item, 'resumeAt');
}

/** One number while nothing may have been lost. */
function proofItem({ provenMs, possibleLosses, fromMs, toMs }: ReadProof): AttributeValue {
  const numbers = possibleLosses === 0 ? [provenMs] : [provenMs, possibleLosses, fromMs, toMs];
  return { L: numbers.map((n) => ({ N: String(n) })) };
}

function readProof(item: Item): ReadProof | undefined {
  if (item['proof'] === undefined) return undefined;
  const [provenMs, possibleLosses = 0, fromMs = 0, toMs = 0] = (item['proof'].L ?? []).map(({ N }) =>
    toNumber(item, 'proof', N),
  );
  if (provenMs === undefined) throw corrupt(item, 'proof', 'one number or four');
  return { provenMs, possibleLosses, fromMs, toMs };
}

/** The places as text: many numbers would each cost a few bytes more. */
function withheldItem({ version, sink, places }: Withheld): AttributeValue {
  return { M: { version: { N: String(version) }, sink: { S: sink }, places: { S: places.join(',') } } };
}

function readWithheld(item: Item): Withheld {
  const places = readText(item, 'places');
  if (!/^\d+(,\d+)*$/.test(places)) throw corrupt(item, 'places', 'numbers with commas between');
  return { version: readNumber(item, 'version'), sink: readText(item, 'sink'), places: places.split(',').map(Number) };
}

function readCounters(item: Item): Counters {
  const [recordsIn, counted, late, deadLetters, results, lossesAccepted = 0] = (item['counters']?.L ?? []).map(
    (value) => toNumber(item, 'counters', value.N),
  );
  if (
    recordsIn === undefined ||
    counted === undefined ||
    late === undefined ||
    deadLetters === undefined ||
    results === undefined
  ) {
    throw corrupt(item, 'counters', 'five numbers');
  }
  return { recordsIn, counted, late, deadLetters, results, lossesAccepted };
}
