import { behindMs } from '../../adapters/kinesis/behind.ts';
import { KinesisShards } from '../../adapters/kinesis/shards.ts';
import { mapParallel } from '../../adapters/shared/parallel.ts';
import { SYSTEM_CLOCK } from '../../adapters/shared/system-clock.ts';
import type { Topology } from '../../engine/topology.ts';
import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { BEFORE_FIRST } from '../../engine/record.ts';
import { inspect } from '../inspect/inspect.ts';
import { partitionNoun, type Place } from '../place.ts';
import type { DoctorClients, StackClients } from '../stack/clients.ts';
import { describeBeside } from '../stack/describe-beside.ts';
import { describeStackOf } from '../stack/describe-stack.ts';
import type { StackFacts } from '../stack/stack-facts.ts';
import { placedSource, stackPlace } from '../stack/stack-place.ts';
import { besideChecks } from './beside-checks.ts';
import { ringChecks } from './exchange-checks.ts';
import type { Finding } from './finding.ts';
import { inspectedPartitions } from './inspected-partitions.ts';
import { logChecks, type InspectedPartition } from './log-checks.ts';
import { lastInvocationFailed, mappingChecks } from './mapping-checks.ts';
import { stackChecks } from './stack-checks.ts';
import { streamChecks, type PartitionBacklog } from './stream-checks.ts';
import { topicChecks } from './topic-checks.ts';

const PARALLEL_READS = 4;

/**
 * Checks a deployed pipeline against what the design needs. Reads only.
 *
 * @param receiving the fragments behind its exchanges
 * @throws WRONG_STACK (invalid) when it is that of another pipeline
 */
export async function doctorStack(
  clients: DoctorClients,
  topology: Topology,
  stack: string,
  receiving: readonly Topology[] = [],
): Promise<Finding[]> {
  const facts = await describeStackOf(clients, topology, stack);
  const before = [
    ...stackChecks(facts),
    ...besideChecks(facts, await describeBeside(clients, facts)),
    ...mappingChecks(facts, topology.source),
    ...ringChecks(topology, facts.rings),
  ];
  const source = placedSource(facts.source);
  if (source === undefined) return [...before, ...sourceChecks(facts, [])];
  const place = { ...stackPlace(clients, topology, facts, source), receiving };
  const inspected = await inspectAll(clients, facts, place);
  return [
    ...before,
    ...sourceChecks(facts, await backlogsOf(clients, facts, inspected)),
    ...logChecks(inspected, RING_SLOTS, partitionNoun(topology.source), {
      nowMs: SYSTEM_CLOCK.nowMs(),
      isFailing: lastInvocationFailed(facts.mapping),
    }),
  ];
}

function sourceChecks({ source, mapping }: StackFacts, backlogs: readonly PartitionBacklog[]): Finding[] {
  if (source.kind === 'kinesis') return streamChecks(source.stream, mapping, backlogs);
  return mapping.kafka === undefined ? [] : topicChecks(source.topic, mapping.kafka);
}

/** What a topic still has for a log, its brokers alone know. */
async function inspectAll(
  { kinesis }: StackClients,
  { mapping }: StackFacts,
  place: Place,
): Promise<InspectedPartition[]> {
  if (place.topology.source.kind === 'kinesis')
    return inspectedPartitions(place, new KinesisShards(kinesis, mapping.sourceArn));
  return (await inspect(place)).map((report) => ({ report, remaining: undefined }));
}

/** Of the partitions that have something left. */
async function backlogsOf(
  { kinesis }: StackClients,
  { mapping }: StackFacts,
  inspected: readonly InspectedPartition[],
): Promise<PartitionBacklog[]> {
  const waiting = inspected.filter(({ report, remaining }) => report.exchange === null && remaining === 'records');
  return mapParallel(waiting, PARALLEL_READS, async ({ report: { partition, reached } }) => ({
    partition,
    behindMs: await behindMs(
      kinesis,
      mapping.sourceArn ?? '',
      partition,
      reached === null ? BEFORE_FIRST : BigInt(reached),
    ),
  }));
}
