/**
 * Another number of receivers (PL-39). Each sender's log has a cut: what it commits from there on is for the next receivers.
 *
 *     r0 of 2  … takes up to each sender's cut ── SEAL ──┬─► q0 of 4  begins with their state, filtered by its keys
 *     r1 of 2  … takes up to each sender's cut ── SEAL ──┼─► q1 of 4
 *                                                        └─► …
 */
import { TidemarkError } from '../errors.ts';
import { EMPTY_OUTBOX } from '../outputs.ts';
import type { Child } from '../partition-log/entry.ts';
import { logIdOf } from '../partition-log/log-id.ts';
import type { Exchange } from '../plan/exchange.ts';
import { inheritState } from '../state/inherit-state.ts';
import { emptyState, type PartitionState } from '../state/partition-state.ts';
import { applyChange } from '../state/state-change.ts';
import { dueOf, type StepResult } from '../step.ts';
import type { Topology } from '../topology.ts';
import { rangeOfReceiver, receiverPartition, receiversIn } from './receivers.ts';

/** The next receivers that have keys of this one, each with all of whom it takes over. */
export function childrenOf(pipeline: string, exchange: Exchange, receiver: number, next: Exchange): Child[] {
  return receiversIn(rangeOfReceiver(receiver, exchange), next).map((child) => ({
    logId: logIdOf(receiverPartition(pipeline, next, child)),
    parents: receiversIn(rangeOfReceiver(child, next), exchange).map((parent) =>
      logIdOf(receiverPartition(pipeline, exchange, parent)),
    ),
  }));
}

/**
 * What a receiver begins with.
 *
 * @param parents sealed, with the numbers that they have among the receivers before
 * @throws LOG_DAMAGED (internal) they have not read as far as each other
 */
export function inheritFrom(
  topology: Topology,
  exchange: Exchange,
  receiver: number,
  parents: ReadonlyArray<{ readonly receiver: number; readonly state: PartitionState }>,
  epochMs: number,
): StepResult {
  const before = exchange.before as Exchange;
  const [one, ...others] = parents.map(({ state }) => state) as [PartitionState, ...PartitionState[]];
  for (const other of others) requireAsFar(exchange, one, other);
  const inherited = parents.map((parent) => ({ state: parent.state, range: rangeOfReceiver(parent.receiver, before) }));
  const range = { ...rangeOfReceiver(receiver, exchange), parents: [] };
  const change = { ...inheritState(topology, range, inherited, epochMs), positions: one.positions };
  const state = emptyState(topology);
  applyChange(state, change);
  return { change, outbox: EMPTY_OUTBOX, due: dueOf(topology, state) };
}

function requireAsFar({ id }: Exchange, one: PartitionState, other: PartitionState): void {
  const [is, wanted] = [placesOf(other), placesOf(one)];
  if (is === wanted) return;
  const text = `receivers of ${id} must have read all senders equally far to be taken over from, got ${is} beside ${wanted}; restore the log table to one moment for all logs`;
  throw new TidemarkError('internal', 'LOG_DAMAGED', text);
}

function placesOf({ positions }: PartitionState): string {
  const places = positions.map(({ logId, version, isDone }) => `${logId} ${isDone ? 'done' : version}`);
  return places.sort().join(', ');
}
