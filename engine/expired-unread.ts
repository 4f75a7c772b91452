/**
 * What of a partition may have expired before it was read, where nothing in the source tells: sequence numbers of Kinesis are
 * not dense. Two things show that nothing has:
 *
 *     the record at `reached` is still there: then so is all behind it
 *     the partition was known to be read to its end, or a record of it was, less than a retention ago
 *
 * Where neither holds nothing tells whether anything was lost. The partition goes on, and its log says from when to when.
 */
import { EMPTY_OUTBOX } from './outputs.ts';
import type { ShardCatalog } from './ports.ts';
import { BEFORE_FIRST, type SourcePartition } from './record.ts';
import type { PartitionState } from './state/partition-state.ts';
import { NO_PROOF, readUntil, type Progress, type ReadProof } from './state/progress.ts';
import { noChange } from './state/state-change.ts';
import type { StepResult } from './step.ts';
import { NO_WATERMARK } from './time/watermark.ts';

/** Records that arrived in between may have expired unread [ms since 1970]. */
export type PossibleLoss = Pick<ReadProof, 'fromMs' | 'toMs'>;

/** Clocks differ, and looking takes time: that much of the retention is taken for over before it is. */
const MARGIN_SHARE = 0.01;
/** So often per retention the log of a partition at rest says that it was drained. */
const PROOFS_PER_RETENTION = 4;

type Read = Pick<Progress, 'reached' | 'lastArrivalMs' | 'proof'>;

/**
 * Of a partition that was found drained: what its log has to say from now on.
 *
 * @param lookedMs before it was looked at: what came later may be unread
 * @param nowMs after that: what arrived a retention before may have expired by then
 * @returns undefined: nothing new
 * @throws STREAM_UNAVAILABLE (unavailable)
 */
export async function proofWhenDrained(
  shards: ShardCatalog,
  partition: SourcePartition,
  state: Read,
  lookedMs: number,
  nowMs: number,
): Promise<ReadProof | undefined> {
  const { proof } = state;
  // The release that wrote the log kept no proof, or no record ever came: what was before is not known.
  const isFirst = proof === undefined || readUntil(state) === NO_WATERMARK;
  const ageMs = isFirst ? Infinity : nowMs - readUntil(state);
  const retentionMs = await shards.retentionMs(partition, ageMs * PROOFS_PER_RETENTION);
  if (retentionMs === undefined || ageMs < retentionMs / PROOFS_PER_RETENTION) return undefined;
  if (isFirst) return { ...NO_PROOF, provenMs: lookedMs };
  const lost = await lossOf(shards, partition, state, retentionMs, nowMs);
  return { ...(lost ?? proof), provenMs: Math.max(lookedMs, lost?.toMs ?? lookedMs) };
}

/**
 * Of a partition of which a record comes: what its log has to say of those that may have been before that one.
 *
 * @param nowMs after it was looked whether the batch leaves records out
 * @returns undefined: none can have expired
 * @throws STREAM_UNAVAILABLE (unavailable)
 */
export async function lossBeforeNext(
  shards: ShardCatalog,
  partition: SourcePartition,
  state: Read,
  nowMs: number,
): Promise<ReadProof | undefined> {
  if (state.proof === undefined || readUntil(state) === NO_WATERMARK) return undefined;
  const retentionMs = await shards.retentionMs(partition, (nowMs - readUntil(state)) * (1 + 2 * MARGIN_SHARE));
  return retentionMs === undefined ? undefined : lossOf(shards, partition, state, retentionMs, nowMs);
}

async function lossOf(
  shards: ShardCatalog,
  partition: SourcePartition,
  state: Read,
  retentionMs: number,
  nowMs: number,
): Promise<ReadProof | undefined> {
  const { reached, proof = NO_PROOF } = state;
  const fromMs = readUntil(state);
  const toMs = nowMs - retentionMs + Math.ceil(retentionMs * MARGIN_SHARE);
  if (toMs <= fromMs) return undefined;
  if (reached !== BEFORE_FIRST && (await shards.stillHas(partition, reached))) return undefined;
  // Looked at again by the same clock, it says the same.
  if (toMs <= proof.toMs) return undefined;
  // No record was taken since the last time, and the partition was not drained: it is one loss, and grows.
  const isSame = proof.possibleLosses > 0 && fromMs === proof.provenMs && proof.provenMs - proof.toMs < retentionMs / 2;
  return {
    provenMs: toMs,
    possibleLosses: proof.possibleLosses + (isSame ? 0 : 1),
    fromMs: isSame ? proof.fromMs : fromMs,
    toMs,
  };
}

/** A change that says so, and nothing else. */
export function proving(state: PartitionState, proof: ReadProof | undefined): StepResult {
  return { change: { ...noChange(state), proof }, outbox: EMPTY_OUTBOX };
}

/** What a new proof says that the one before did not; undefined: nothing was lost. */
export function lossIn(proof: ReadProof | undefined, before: ReadProof = NO_PROOF): PossibleLoss | undefined {
  return proof === undefined || proof.toMs <= before.toMs ? undefined : { fromMs: proof.fromMs, toMs: proof.toMs };
}

/** @example 'shardId-000000000000 was not read from 2026-01-01T00:00:00.000Z to 2026-01-03T00:00:00.000Z: …' */
export function lossText(partition: string, { fromMs, toMs }: PossibleLoss): string {
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
  return `${partition} was not read from ${from} to ${to}: records that arrived in between have expired unread, if there were any`;
}
