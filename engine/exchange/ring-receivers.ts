/** Who calls receivers, and when (PL-38): nothing depends on it but the time that results take. */
import { TidemarkError } from '../errors.ts';
import type { Processor } from '../processor.ts';
import type { StepResult } from '../step.ts';
import { receiversOf } from './rows.ts';

type Sender = Pick<Processor, 'topology' | 'doorbell'>;

/** Of an acknowledged commit: those for whom it has rows. */
export async function ringFor({ topology, doorbell }: Sender, { sent = [] }: StepResult): Promise<void> {
  if (topology.sendsTo === undefined || sent.length === 0) return;
  const { id, receivers } = topology.sendsTo;
  await doorbell?.ring(id, receiversOf(sent, receivers));
}

/** Of a commit that waits for room in its ring: all, for each may be the one that is behind (PL-31). */
export async function ringIfFull({ topology, doorbell }: Sender, error: unknown): Promise<void> {
  const { sendsTo } = topology;
  if (sendsTo === undefined || !(error instanceof TidemarkError) || error.code !== 'RING_FULL') return;
  await doorbell?.ring(
    sendsTo.id,
    Array.from({ length: sendsTo.receivers }, (_, receiver) => receiver),
  );
}
