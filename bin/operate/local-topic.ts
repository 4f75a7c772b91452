import { Consumer } from '@platformatic/kafka';
import { clientOptions, type KafkaConnection } from '../../adapters/kafka/connection.ts';
import { KafkaReader } from '../../adapters/kafka/reader.ts';
import { TopicAdmin } from '../../adapters/kafka/topic-admin.ts';
import { SYSTEM_CLOCK } from '../../adapters/shared/system-clock.ts';
import { partitionsOnRecord } from '../../engine/partition-count.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import { GroupMember } from '../../local/kafka/group-member.ts';
import { groupIn } from '../../local/source/kafka-source.ts';
import { sourceFiles, type PipelineDir } from '../../local/storage/data-dir.ts';
import type { InspectedPartition } from '../../operate/doctor/log-checks.ts';
import type { BrokerFacts, UnreadPartition } from '../../operate/doctor/unread-checks.ts';
import type { Place } from '../../operate/place.ts';

type Offsets = ReadonlyMap<number, bigint>;

/** What the brokers say of a local pipeline's topic, held against its logs. Reads only. */
export async function brokerFacts(
  { topology, source, blobs }: Place,
  connection: KafkaConnection,
  committed: Offsets,
  inspected: readonly InspectedPartition[],
): Promise<BrokerFacts> {
  const admin = new TopicAdmin(connection);
  try {
    const configs = await admin.configs(source.name);
    const retentionMs = Number(configs.get('retention.ms') ?? -1);
    return {
      name: source.name,
      partitions: source.partitions.length,
      partitionsOnRecord: await partitionsOnRecord(blobs, {
        pipeline: topology.name,
        source: source.name,
        incarnation: source.incarnation,
      }),
      cleanupPolicy: configs.get('cleanup.policy') ?? '',
      retentionMs: retentionMs < 0 ? Number.POSITIVE_INFINITY : retentionMs,
      unread: await unreadOf(connection, source.name, committed, inspected),
    };
  } finally {
    await admin.close();
  }
}

async function unreadOf(
  connection: KafkaConnection,
  topic: string,
  committed: Offsets,
  inspected: readonly InspectedPartition[],
): Promise<UnreadPartition[]> {
  const known = inspected
    .filter(({ report }) => report.verified && report.exchange === null)
    .map(({ report: { reached }, partition }) => ({
      partition: Number(partition?.partition),
      counted: reached === null ? undefined : BigInt(reached) + 1n,
    }));
  const partitions = known.map(({ partition }) => partition);
  const client = new Consumer({ ...clientOptions(connection), groupId: 'tidemark-facts' }); // asks and fetches only
  const reader = new KafkaReader(client);
  try {
    const ranges = await reader.ranges(topic, partitions);
    return await Promise.all(
      known.map(async ({ partition, counted }) => {
        const { start = 0n, end = 0n } = ranges.get(partition) ?? {};
        const from = counted ?? start;
        return {
          partition: String(partition),
          start,
          end,
          counted: from,
          committed: committed.get(partition),
          oldest: await oldestOf(reader, topic, partition, from > start ? from : start, end),
        };
      }),
    );
  } finally {
    await client.close(true);
  }
}

/** By partition, where the group of this data dir goes on. To be asked before the logs are read, or a pipeline at work seems to be behind it. */
export async function committedOffsets(
  { source, topology }: Pick<Place, 'source' | 'topology'>,
  connection: KafkaConnection,
  dir: PipelineDir,
): Promise<Offsets> {
  const groupId = groupIn(sourceFiles(dir, source.name, topology.sources.map(nameOfSource)));
  if (groupId === undefined) return new Map();
  const member = new GroupMember(connection, groupId, source.name, () => undefined); // asks only, and what it asks fails by itself: it never joins
  try {
    return await member.committed(source.partitions.map(Number));
  } finally {
    await member.leave();
  }
}

/** The first committed record from there on. */
async function oldestOf(
  reader: KafkaReader,
  topic: string,
  partition: number,
  start: bigint,
  end: bigint,
): Promise<UnreadPartition['oldest']> {
  for (let from = start; from < end;) {
    const read = (await reader.read(topic, new Map([[partition, from]]))).get(partition);
    const [oldest] = read?.records ?? [];
    if (oldest !== undefined)
      return { offset: oldest.offset, ageMs: Math.max(0, SYSTEM_CLOCK.nowMs() - oldest.timestampMs) };
    if (read === undefined || read.next === from) return undefined; // an open transaction
    from = read.next;
  }
  return undefined;
}
