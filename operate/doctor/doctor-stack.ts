import { behindMs } from '../../adapters/kinesis/behind.ts';
import { KinesisShards } from '../../adapters/kinesis/shards.ts';
import { mapParallel } from '../../engine/parallel.ts';
import { SYSTEM_CLOCK } from '../../adapters/shared/system-clock.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import { readingOf, receivingOf, type Topology } from '../../engine/topology.ts';
import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { BEFORE_FIRST } from '../../engine/record.ts';
import { partitionNounOf, type PlacedSource } from '../place.ts';
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
import { functionState, stackChecks } from './stack-checks.ts';
import { streamChecks, type PartitionBacklog } from './stream-checks.ts';
import { topicChecks } from './topic-checks.ts';

const PARALLEL_READS = 4;

/**
 * Checks a deployed pipeline against what the design needs. Reads only.
 *
 * @param fragments of the pipeline
 * @throws WRONG_STACK (invalid) when it is that of another pipeline
 */
export async function doctorStack(
  clients: DoctorClients,
  fragments: readonly Topology[],
  stack: string,
): Promise<Finding[]> {
  const described = await Promise.all(
    readingOf(fragments).map(async (topology) => ({
      topology,
      facts: await describeStackOf(clients, topology, stack),
    })),
  );
  const [{ topology, facts }, ...further] = described as [Described, ...Described[]];
  const before = [
    ...stackChecks(facts, topology.results.identity),
    ...besideChecks(facts, await describeBeside(clients, facts)),
    ...mappingChecks(facts, topology.source),
    ...further.flatMap((one) =>
      ofSource(one.topology, [functionState(one.facts.function), ...mappingChecks(one.facts, one.topology.source)]),
    ),
    ...ringChecks(topology, facts.rings),
  ];
  const placed = described.flatMap((one) => {
    const source = placedSource(one.facts.source);
    return source === undefined ? [] : [{ ...one, source }];
  });
  const inspected = placed.length < described.length ? undefined : await inspectAll(clients, placed, fragments);
  const sources = await Promise.all(
    described.map(async (one) => {
      const found = sourceChecks(one.facts, await backlogsOf(clients, one, inspected ?? []));
      return one.topology === topology ? found : ofSource(one.topology, found);
    }),
  );
  if (inspected === undefined) return [...before, ...sources.flat()];
  return [
    ...before,
    ...sources.flat(),
    ...logChecks(inspected, RING_SLOTS, partitionNounOf(topology), {
      nowMs: SYSTEM_CLOCK.nowMs(),
      isFailing: described.some((one) => lastInvocationFailed(one.facts.mapping)),
    }),
  ];
}

/** A source as it is deployed. */
interface Described {
  readonly topology: Topology;
  readonly facts: StackFacts;
}

/** Of a further source: checks of one id are told apart by its name. */
function ofSource({ source }: Topology, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, id: `${finding.id}-${nameOfSource(source)}` }));
}

function sourceChecks({ source, mapping }: StackFacts, backlogs: readonly PartitionBacklog[]): Finding[] {
  if (source.kind === 'kinesis') return streamChecks(source.stream, mapping, backlogs);
  return mapping.kafka === undefined ? [] : topicChecks(source.topic, mapping.kafka);
}

/** What a topic still has for a log, its brokers alone know. */
async function inspectAll(
  clients: StackClients,
  sources: ReadonlyArray<Described & { readonly source: PlacedSource }>,
  fragments: readonly Topology[],
): Promise<InspectedPartition[]> {
  const [{ topology, facts, source }, ...others] = sources as [(typeof sources)[number], ...typeof sources];
  const streams = new Map(
    sources.flatMap((one) =>
      one.topology.source.kind === 'kinesis'
        ? [[one.source.name, new KinesisShards(clients.kinesis, one.facts.mapping.sourceArn)]]
        : [],
    ),
  );
  const place = { ...stackPlace(clients, topology, facts, source), others, receiving: receivingOf(fragments) };
  return inspectedPartitions(place, (name) => streams.get(name));
}

/** Of the partitions that have something left. */
async function backlogsOf(
  { kinesis }: StackClients,
  { topology, facts: { mapping } }: Described,
  inspected: readonly InspectedPartition[],
): Promise<PartitionBacklog[]> {
  const waiting = inspected.flatMap(({ report, partition, remaining }) =>
    partition?.source === nameOfSource(topology.source) && remaining === 'records' ? [{ report, partition }] : [],
  );
  return mapParallel(waiting, PARALLEL_READS, async ({ report: { reached }, partition: { partition } }) => ({
    partition,
    behindMs: await behindMs(
      kinesis,
      mapping.sourceArn ?? '',
      partition,
      reached === null ? BEFORE_FIRST : BigInt(reached),
    ),
  }));
}
