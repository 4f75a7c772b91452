/**
 * A source that was made again (PL-11, PL-36): its partitions are new senders. The logs of the partitions before them are
 * sealed for them, so that receivers follow from the ones to the others; but they inherit nothing.
 *
 *     A  … 41 42 SEAL for N ──► nothing any more
 *     B  … 17    SEAL for N ──► nothing any more
 *     N                         1 2 3 …              its rows are late below what A and B had reached
 */
import { deliverWaiting } from '../outbox.ts';
import { finishMoves } from '../finish-moves.ts';
import type { Child } from '../partition-log/entry.ts';
import { partitionOfLog } from '../partition-log/log-id.ts';
import { readHead } from '../partition-log/read-log.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { Processor } from '../processor.ts';
import { nothingDecided } from '../step.ts';
import type { GuardedSteps } from '../user-code/guarded-steps.ts';
import { endsOf, isSealed } from './log-ends.ts';
import { manifestSource, sealedKey, type Manifest } from './manifest.ts';
import type { SealedSource } from './reached-before.ts';
import { firstGeneration } from './receivers.ts';

/**
 * Before the first entry of a sender: seals what is left of the source before its own. Nothing to do for the first one.
 *
 * @param source name of that of the sender
 * @param manifests of the sources that followed each other, the last one is the sender's
 * @param begunMs when the invocation of it began
 * @throws the first failure once each log has had its turn: RING_FULL (unavailable) receivers have not taken what is to be overwritten
 */
export async function sealOldSource(
  processor: Processor,
  exchange: Exchange,
  source: string,
  manifests: readonly Manifest[],
  steps: GuardedSteps,
  begunMs: number,
): Promise<void> {
  const [before, own] = manifests.slice(-2);
  if (before === undefined || own === undefined) return;
  const { blobs, logs, clock, slots } = processor.logs.settings;
  const headOf = (logId: string) => readHead(logs, clock, logId, slots);
  const { name, sources } = processor.topology;
  const which = { place: manifests.length, source: manifestSource(sources, source) };
  const doneKey = sealedKey(name, firstGeneration(exchange), which);
  if ((await blobs.get(doneKey)) !== undefined) return;
  for (;;) {
    const { ends, reachedMs } = await endsOf(headOf, before.roots, new Set(own.roots));
    const open = ends.filter(({ head }) => !isSealed(head));
    if (open.length === 0) {
      await blobs.putIfAbsent(doneKey, new TextEncoder().encode(JSON.stringify({ reachedMs } satisfies SealedSource)));
      return;
    }
    const parents = ends.map(({ logId }) => logId);
    const children = own.roots.map((logId) => ({ logId, parents }));
    // One that has no room may wait for receivers that wait for an entry of another one (PL-39).
    const failures: unknown[] = [];
    for (const { logId } of open)
      await sealFor(processor, logId, children, steps, begunMs).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}

/** One that never began is begun for it: it has been named to the receivers, which wait for what it says. */
function sealFor(
  processor: Processor,
  logId: string,
  children: readonly Child[],
  steps: GuardedSteps,
  begunMs: number,
): Promise<void> {
  const partition = partitionOfLog(logId);
  return processor.logs.use(partition, async (log) => {
    // An invocation that has not ended has sealed it for its own children meanwhile: they are the ends then.
    if (log.isSealed) return;
    log.begin(partition.incarnation, begunMs);
    await deliverWaiting(log, partition, processor.sinks);
    await finishMoves(processor, log, partition, steps);
    const names = children.map((child) => partitionOfLog(child.logId).partition);
    await log.commit(nothingDecided(log.state), names, children);
  });
}
