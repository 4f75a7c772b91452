import { dynamoDbClient } from '../adapters/dynamodb/client.ts';
import { DynamoDbLogStore } from '../adapters/dynamodb/log-store.ts';
import { SYSTEM_CLOCK } from '../adapters/shared/system-clock.ts';
import { SYSTEM_RANDOM } from '../adapters/shared/system-random.ts';
import { VM_GUARD } from '../adapters/vm/guard.ts';
import { PartitionLogs } from '../engine/partition-log/partition-logs.ts';
import { RING_SLOTS } from '../engine/partition-log/ring.ts';
import type { ShardCatalog } from '../engine/ports.ts';
import type { Processor, ReceivingProcessor } from '../engine/processor.ts';
import type { Topology } from '../engine/topology.ts';
import { days, hours } from '../engine/time/duration.ts';
import { timeLimitsWithin } from '../engine/user-code/time-limits.ts';
import { UserCode } from '../engine/user-code/user-code.ts';
import { blobStoreAt } from './blob-store-at.ts';
import type { FunctionEnvironment } from './environment.ts';
import { decoderOf } from './decoder.ts';
import { doorbellOf } from './doorbell.ts';
import { sinksOf } from './sinks.ts';

/** About 300 bytes each: what a function of 1 GiB can hold with room to work. */
const MAX_PANES = 1_500_000;

/** The clocks of functions, objects and tables differ by less; a restore that begins at the last moment comes later than that. */
const CLOCK_DIFFERENCE_MS = hours(1);

/** All that a function works with that reads a source, whatever kind it is, as its environment names it. */
export function processorOf(
  topology: Topology,
  environment: Required<FunctionEnvironment>,
  shards: ShardCatalog,
): Processor {
  const decoder = decoderOf(topology.source.format, environment);
  return { ...receivingProcessorOf(topology, environment), shards, decoder };
}

/** The same of a function that reads the logs of senders. */
export function receivingProcessorOf(
  topology: Topology,
  environment: Required<FunctionEnvironment>,
): ReceivingProcessor {
  const client = dynamoDbClient();
  const userCode = new UserCode(VM_GUARD, timeLimitsWithin(Number(environment.TIDEMARK_TIMEOUT_MS)));
  const logs = new PartitionLogs(
    {
      topology,
      logs: new DynamoDbLogStore({ client, table: environment.TIDEMARK_LOG_TABLE }),
      blobs: blobStoreAt(environment.TIDEMARK_BLOBS),
      clock: SYSTEM_CLOCK,
      random: SYSTEM_RANDOM,
      slots: RING_SLOTS,
      inlineLimitBytes: Number(environment.TIDEMARK_INLINE_KIB) * 1_024,
      userCode,
      recoveryMs: days(Number(environment.TIDEMARK_RECOVERY_DAYS)) + CLOCK_DIFFERENCE_MS,
    },
    MAX_PANES,
  );
  const sinks = sinksOf(topology, environment, client);
  return { topology, logs, sinks, doorbell: doorbellOf(topology, environment), userCode };
}
