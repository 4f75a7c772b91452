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
import type { LogSettings } from '../partition-log/log-settings.ts';
import { partitionOfLog } from '../partition-log/log-id.ts';
import { readHead } from '../partition-log/read-log.ts';
import type { Exchange } from '../plan/exchange.ts';
import type { Processor } from '../processor.ts';
import { nothingDecided } from '../step.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import type { GuardedSteps } from '../user-code/guarded-steps.ts';
import { sealedKey, type Manifest } from './manifest.ts';
import type { SealedSource } from './reached-before.ts';
import { firstGeneration } from './receivers.ts';

/**
 * Before the first entry of a sender: seals what is left of the source before its own. Nothing to do for the first one.
 *
 * @param manifests of the sources that followed each other, the last one is the sender's
 * @param begunMs when the invocation of it began
 * @throws RING_FULL (unavailable) receivers have not taken what is to be overwritten
 */
export async function sealOldSource(
  processor: Processor,
  exchange: Exchange,
  manifests: readonly Manifest[],
  steps: GuardedSteps,
  begunMs: number,
): Promise<void> {
  const [before, own] = manifests.slice(-2);
  if (before === undefined || own === undefined) return;
  const { blobs } = processor.logs.settings;
  const doneKey = sealedKey(processor.topology.name, firstGeneration(exchange), manifests.length);
  if ((await blobs.get(doneKey)) !== undefined) return;
  for (;;) {
    const { ends, reachedMs } = await endsOf(processor.logs.settings, before.roots, new Set(own.roots));
    const open = ends.filter(({ isSealed }) => !isSealed);
    if (open.length === 0) {
      await blobs.putIfAbsent(doneKey, new TextEncoder().encode(JSON.stringify({ reachedMs } satisfies SealedSource)));
      return;
    }
    const parents = ends.map(({ logId }) => logId);
    const children = own.roots.map((logId) => ({ logId, parents }));
    for (const { logId } of open) await sealFor(processor, logId, children, steps, begunMs);
  }
}

interface End {
  readonly logId: string;
  readonly isSealed: boolean;
}

/**
 * The last logs that come of the roots: those that are not sealed, and those that are sealed for the next ones already.
 * With the highest output watermark of all that come of the roots.
 */
async function endsOf(
  { logs, clock, slots }: LogSettings,
  roots: readonly string[],
  next: ReadonlySet<string>,
): Promise<{ readonly ends: readonly End[]; readonly reachedMs: number }> {
  const ends: End[] = [];
  // A child that never began has what its parents handed down.
  let reachedMs = NO_WATERMARK;
  const seen = new Set(roots);
  // Grows while it is gone through.
  for (const logId of seen) {
    const head = await readHead(logs, clock, logId, slots);
    reachedMs = Math.max(reachedMs, head?.sent?.watermarkMs ?? NO_WATERMARK);
    const isSealed = (head?.sealedFor.length ?? 0) > 0;
    const children = head?.sent?.children ?? [];
    if (!isSealed || children.some((child) => next.has(child.logId))) ends.push({ logId, isSealed });
    else for (const child of children) seen.add(child.logId);
  }
  return { ends, reachedMs };
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
