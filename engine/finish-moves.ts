import { deliverWaiting } from './outbox.ts';
import type { PartitionLog } from './partition-log/partition-log.ts';
import { boundsOf, type Processor } from './processor.ts';
import type { SourcePartition } from './record.ts';
import { step } from './step.ts';
import type { GuardedSteps } from './user-code/guarded-steps.ts';

/** Before a seal: whoever takes over goes on from clocks, not from the middle of a move. */
export async function finishMoves(
  processor: Processor,
  log: PartitionLog,
  partition: SourcePartition,
  steps: GuardedSteps,
): Promise<void> {
  while (log.state.pending !== undefined) {
    await log.commit(
      steps.run(log, [], boundsOf(processor), (...given) => step(processor.topology, log.state, ...given)),
    );
    await deliverWaiting(log, partition, processor.sinks);
  }
}
