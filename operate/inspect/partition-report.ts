import type { Topology } from '../../engine/topology.ts';
import type { PossibleLoss } from '../../engine/expired-unread.ts';
import { NO_COUNTERS, NO_PROOF, type Counters, type ReadProof } from '../../engine/state/progress.ts';
import type { LoadedLog } from '../../engine/partition-log/open-log.ts';
import { entriesIn, openWindows } from '../../engine/state/partition-state.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';
import type { Unread } from './unread.ts';
import { NOTHING_WAITS, type Waiting } from './waiting.ts';

/** Why a log could not be opened. */
export interface Fault {
  /** Of a TidemarkError, e.g. `LOG_DAMAGED`. */
  readonly code: string;
  readonly text: string;
}

/** One partition's log, as `tidemark inspect` shows it. Of a faulty one nothing else is known: its numbers are 0, and never shown. */
export interface PartitionReport extends Waiting {
  /** Shard id, number of the topic's partition, or `r0` and so on of a receiver; of several sources `refunds/0`, of several exchanges `by-x/r0`. Of a number that is going `r0 of 2`. */
  readonly partition: string;
  /** The exchange whose receiver it is: rows are its records. null: a partition of the source. */
  readonly exchange: string | null;
  /** Of a receiver: others take over from it, for there is another number of them (PL-39). @default false */
  readonly isGoing?: boolean;
  /** `empty`: no record yet; `sealed`: other partitions go on with its keys (PL-23); `faulty`: see `fault`. */
  readonly status: 'empty' | 'open' | 'sealed' | 'faulty';
  readonly version: number;
  /** Offset up to which all is in the state. */
  readonly reached: string | null;
  readonly watermarkMs: number | null;
  /** The same, for people. */
  readonly watermark: string | null;
  /** How far its watermark is behind that of the furthest partition. */
  readonly lagMs: number | null;
  /** Of a receiver: commits of its senders that it has not taken yet. */
  readonly unread: number | null;
  /** The sender of which it has taken least, if anything is left. */
  readonly mostUnread: Unread | null;
  readonly recordsIn: number;
  readonly counted: number;
  readonly late: number;
  readonly deadLetters: number;
  readonly firings: number;
  /** How often records were left out for good with `tidemark accept-loss`. */
  readonly lossesAccepted: number;
  /** How often records may have expired unread: nothing tells whether there were any. */
  readonly possibleLosses: number;
  /** The last time: from when to when they arrived, if there were any. */
  readonly possibleLoss: PossibleLoss | null;
  /** Keys × windows, as the metric of that name counts them. */
  readonly openWindows: number;
  /** All entries of the state, those of process functions and remembered ids included. */
  readonly stateEntries: number;
  readonly snapshotBytes: number;
  /** Since the snapshot. */
  readonly deltaBytes: number;
  /** Both together: what a cold start reads. */
  readonly stateBytes: number;
  /** 0: none yet. */
  readonly snapshotVersion: number;
  /** Versions since the snapshot: due at half the ring (PL-8). */
  readonly snapshotAge: number;
  /** The chain of commits and the hash of the state. */
  readonly verified: boolean;
  readonly fault: Fault | null;
}

/** @param furthestMs the largest watermark of all partitions; NO_WATERMARK when none has one */
export function partitionReport(
  { tables }: Pick<Topology, 'tables'>,
  partition: string,
  loaded: LoadedLog,
  waiting: Waiting,
  furthestMs: number,
): PartitionReport {
  const { state, head, snapshot, deltaBytes } = loaded;
  const watermarkMs = state.watermarkMs === NO_WATERMARK ? null : state.watermarkMs;
  return {
    partition,
    exchange: null,
    status: head === undefined ? 'empty' : head.sealedFor.length > 0 ? 'sealed' : 'open',
    version: head?.version ?? 0,
    reached: head === undefined ? null : String(head.reached),
    watermarkMs,
    watermark: watermarkMs === null ? null : new Date(watermarkMs).toISOString(),
    lagMs: watermarkMs === null ? null : furthestMs - watermarkMs,
    unread: null,
    mostUnread: null,
    ...countsOf(state.counters),
    ...lossesOf(state.proof),
    openWindows: openWindows(state, tables),
    stateEntries: entriesIn(state),
    snapshotBytes: snapshot.bytes,
    deltaBytes,
    stateBytes: snapshot.bytes + deltaBytes,
    snapshotVersion: head?.snapshotVersion ?? 0,
    snapshotAge: (head?.version ?? 0) - (head?.snapshotVersion ?? 0),
    ...waiting,
    verified: true,
    fault: null,
  };
}

/** A partition whose log cannot be opened. */
export function faultyReport(partition: string, fault: Fault, exchange: string | null = null): PartitionReport {
  return {
    partition,
    exchange,
    status: 'faulty',
    version: 0,
    reached: null,
    watermarkMs: null,
    watermark: null,
    lagMs: null,
    unread: null,
    mostUnread: null,
    ...countsOf(NO_COUNTERS),
    ...lossesOf(undefined),
    openWindows: 0,
    stateEntries: 0,
    snapshotBytes: 0,
    deltaBytes: 0,
    stateBytes: 0,
    snapshotVersion: 0,
    snapshotAge: 0,
    ...NOTHING_WAITS,
    verified: false,
    fault,
  };
}

/** One line; of a faulty log only what is known, so that nobody adds up zeros. */
export function reportJson(report: PartitionReport): string {
  const { partition, status, verified, fault } = report;
  return JSON.stringify(status === 'faulty' ? { partition, status, verified, fault } : report);
}

function countsOf({
  recordsIn,
  counted,
  late,
  deadLetters,
  results,
  lossesAccepted,
}: Counters): Pick<PartitionReport, 'recordsIn' | 'counted' | 'late' | 'deadLetters' | 'firings' | 'lossesAccepted'> {
  return { recordsIn, counted, late, deadLetters, firings: results, lossesAccepted };
}

function lossesOf({ possibleLosses, fromMs, toMs }: ReadProof = NO_PROOF): Pick<
  PartitionReport,
  'possibleLosses' | 'possibleLoss'
> {
  return { possibleLosses, possibleLoss: possibleLosses === 0 ? null : { fromMs, toMs } };
}
