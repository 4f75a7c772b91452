/**
 * How a shard that came from others starts (PL-22 to PL-25):
 *
 *     parent  … v ──────────► SEAL (v+1, names its children) ──► nothing any more
 *                  drained?                │ state
 *     child                                ▼
 *             first batch ──► waits ──► version 1: what it inherits ──► version 2: its own records
 *
 * Until the parents are drained the child fails as unavailable, and Lambda brings its batch again: right whether or not
 * Lambda finishes parents first. A parent that the stream has forgotten can never be proved drained: its child halts, until
 * an operator accepts that what was left of it is lost.
 */
import { TidemarkError } from './errors.ts';
import { lossBeforeNext, proving } from './expired-unread.ts';
import { deliverWaiting } from './outbox.ts';
import { EMPTY_OUTBOX } from './outputs.ts';
import { settleManifests } from './exchange/manifest.ts';
import { sealOldSource } from './exchange/old-source.ts';
import { finishMoves } from './finish-moves.ts';
import type { Child } from './partition-log/entry.ts';
import { logIdOf, partitionOfLog } from './partition-log/log-id.ts';
import type { PartitionLog } from './partition-log/partition-log.ts';
import type { Lineage } from './ports.ts';
import type { Processor } from './processor.ts';
import { acceptLossCommand } from './require-continuous.ts';
import type { Offset, SourcePartition } from './record.ts';
import { inheritState, type HashRange, type Parent } from './state/inherit-state.ts';
import { NO_PROOF } from './state/progress.ts';
import type { GuardedSteps } from './user-code/guarded-steps.ts';

/**
 * Fills a new log with what its shard inherits; nothing to do for a shard without parents.
 *
 * @param steps of the batch or look that this is a part of
 * @param begunMs when the invocation of it began
 * @throws PARENT_NOT_DRAINED (unavailable) there are records in a parent still
 * @throws PARENT_FORGOTTEN, LINEAGE_LOST (internal) nothing tells whether records of a parent were left
 */
export async function takeOver(
  processor: Processor,
  log: PartitionLog,
  partition: SourcePartition,
  steps: GuardedSteps,
  begunMs: number,
): Promise<void> {
  // Before the stream is asked: one that is gone by then gives no log a later epoch (PL-11).
  log.begin(partition.incarnation, begunMs);
  const shards = await processor.shards.shards(partition);
  await settleSenders(processor, partition, shards, steps, begunMs);
  const lineage = shards.get(partition.partition);
  if (lineage === undefined || lineage.parents.length === 0) return;
  const parents: Parent[] = [];
  for (const name of lineage.parents) {
    const parent = await seal(processor, { ...partition, partition: name }, shards, steps, begunMs);
    if (parent !== undefined) parents.push({ state: parent.state, range: rangeOf(name, lineage, shards) });
    else if (isOrphan(lineage, shards)) throw lineageLost(partition, name, lineage);
  }
  if (parents.length === 0) return;
  const { topology } = processor;
  const inherit = () => inheritState(topology, lineage, parents, log.state.epochMs);
  // Only values of a whole partition are merged by code of the pipeline.
  const merged = topology.tables.filter(({ merge }) => merge !== undefined).map(({ name }) => name);
  const change = merged.length === 0 ? inherit() : steps.whole(`merge of ${merged.join(' or ')}`, inherit);
  await log.commit({ change, outbox: EMPTY_OUTBOX });
}

/**
 * Before the first entry of a log that bears an exchange: who the senders are (PL-35). It may have entries from before
 * the exchange.
 *
 * @param begunMs when the invocation began
 */
export async function beginSending(
  processor: Processor,
  log: PartitionLog,
  partition: SourcePartition,
  steps: GuardedSteps,
  begunMs: number,
): Promise<void> {
  if (!log.isBeforeExchange || log.isSealed) return;
  await settleSenders(processor, partition, await processor.shards.shards(partition), steps, begunMs);
}

async function settleSenders(
  processor: Processor,
  partition: SourcePartition,
  shards: ReadonlyMap<string, Lineage>,
  steps: GuardedSteps,
  begunMs: number,
): Promise<void> {
  const { sendsTo, sources } = processor.topology;
  if (sendsTo === undefined) return;
  const { blobs } = processor.logs.settings;
  const manifests = await settleManifests(blobs, sendsTo, sources, partition, shards, begunMs);
  await sealOldSource(processor, sendsTo, partition.source, manifests, steps, begunMs);
}

/** @returns the parent's log, sealed; undefined when nobody knows the parent any more */
async function seal(
  processor: Processor,
  parent: SourcePartition,
  shards: ReadonlyMap<string, Lineage>,
  steps: GuardedSteps,
  begunMs: number,
): Promise<PartitionLog | undefined> {
  return processor.logs.use(parent, async (log) => {
    if (log.isSealed) {
      requireSameSource(log, parent);
      return log;
    }
    if (log.version === 0) {
      if (!shards.has(parent.partition)) return undefined;
      await takeOver(processor, log, parent, steps, begunMs);
    }
    await deliverWaiting(log, parent, processor.sinks);
    const isEnd = log.state.resumeAt === 'end';
    if (!isEnd) await requireDrained(processor, log, parent, shards);
    const drainedMs = log.clock.nowMs();
    await finishMoves(processor, log, parent, steps);
    const lost = isEnd ? undefined : await lossBeforeNext(processor.shards, parent, log.state, drainedMs);
    // Its children were made before it was found drained: they go on from what it had proved.
    const { proof = NO_PROOF } = log.state;
    const told = lost === undefined ? log.state.proof : { ...lost, provenMs: proof.provenMs };
    const names = childrenOf(parent.partition, shards);
    const isSender = processor.topology.sendsTo !== undefined;
    const children = isSender ? names.map((name) => childOf(parent, name, shards)) : [];
    await log.commit(proving(log.state, told), names, children);
    return log;
  });
}

/**
 * A child of a parent that another source has followed would send rows that no receiver knows of.
 *
 * @throws STREAM_RECREATED (unavailable)
 */
function requireSameSource(log: PartitionLog, { source, incarnation, partition }: SourcePartition): void {
  const others = log.successors.map(partitionOfLog);
  if (others.some((next) => next.source === source && next.incarnation === incarnation)) return;
  const text = `parent ${partition} of ${source} must be followed by its own children, got one that is sealed for ${others[0]?.source}; what is left of it is not counted any more`;
  throw new TidemarkError('unavailable', 'STREAM_RECREATED', text);
}

async function requireDrained(
  { shards: catalog }: Processor,
  { state: { reached, reachedDigest } }: PartitionLog,
  parent: SourcePartition,
  shards: ReadonlyMap<string, Lineage>,
): Promise<void> {
  if (!shards.has(parent.partition)) throw forgotten(parent, reached);
  const remaining = await catalog.remaining(parent, reached, reachedDigest);
  if (remaining !== 'ended') {
    throw new TidemarkError(
      'unavailable',
      'PARENT_NOT_DRAINED',
      `parent ${parent.partition} must be read to its end first, got ${remaining}; this shard waits for it`,
    );
  }
}

/** The error names the range as the command takes it: all behind what the log has reached. */
function forgotten(parent: SourcePartition, reached: Offset): TidemarkError {
  const { pipeline, source, partition } = parent;
  const from = String(reached + 1n);
  const command = acceptLossCommand(pipeline, partition, from, 'end');
  const rule = `parent ${partition} of ${source} must be read to its end before the stream forgets it`;
  const text = `${rule}, got a log that has reached ${reached}; records behind that have expired, if there were any: go on without them with ${command}`;
  const context = { source, partition, reached: String(reached), from, to: 'end' };
  return new TidemarkError('internal', 'PARENT_FORGOTTEN', text, { context });
}

function childrenOf(parent: string, shards: ReadonlyMap<string, Lineage>): string[] {
  return [...shards]
    .filter(([, { parents }]) => parents.includes(parent))
    .map(([name]) => name)
    .sort();
}

/** A child as receivers of an exchange know it, with all its parents (PL-36). */
function childOf(parent: SourcePartition, name: string, shards: ReadonlyMap<string, Lineage>): Child {
  const logOf = (partition: string): string => logIdOf({ ...parent, partition });
  return { logId: logOf(name), parents: (shards.get(name)?.parents ?? []).map(logOf) };
}

/** A shard of a merge that has outlived both of its parents. */
function isOrphan({ parents }: Lineage, shards: ReadonlyMap<string, Lineage>): boolean {
  return parents.length > 1 && parents.every((name) => !shards.has(name));
}

function lineageLost({ pipeline, source }: SourcePartition, parent: string, { parents }: Lineage): TidemarkError {
  const command = acceptLossCommand(pipeline, parent, '0', 'end');
  const rule = `parents ${parents.join(' and ')} of a merged shard must have a log or be listed by the stream`;
  const text = `${rule}, got no log of ${parent}; its records have expired, if it had any: go on without them with ${command}`;
  return new TidemarkError('internal', 'LINEAGE_LOST', text, {
    context: { source, partition: parent, from: '0', to: 'end' },
  });
}

/**
 * The parent's hash range; of one that the stream has forgotten, what the other parent leaves of the child's.
 *
 * @returns undefined: the stream has forgotten both parents of a merge, and nothing tells where they met
 */
function rangeOf(parent: string, child: Lineage, shards: ReadonlyMap<string, Lineage>): HashRange | undefined {
  const known = shards.get(parent);
  if (known !== undefined) return known;
  if (child.parents.length === 1) return child;
  const other = shards.get(child.parents.find((name) => name !== parent) ?? '');
  if (other === undefined) return undefined;
  return other.fromHash === child.fromHash
    ? { fromHash: other.toHash + 1n, toHash: child.toHash }
    : { fromHash: child.fromHash, toHash: other.fromHash - 1n };
}
