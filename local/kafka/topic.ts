import { Admin } from '@platformatic/kafka';
import { clientOptions, type KafkaConnection } from '../../adapters/kafka/connection.ts';
import { messageOf, requireSetting, TidemarkError } from '../../engine/errors.ts';
import type { StreamInfo } from '../aws/stream.ts';

/**
 * The topic of the user's own broker, created when it is not there yet.
 *
 * @param partitions as asked for by the user; undefined: what the topic has, or 4
 * @param configs of a topic that has to be created
 * @throws BROKER_UNREACHABLE (invalid) with a line that says how to start one
 * @throws INVALID_SETTING (invalid) `shards must be 4, as the topic has, got 2; …`
 */
export async function ensureTopic(connection: KafkaConnection, topic: string, partitions: number | undefined, configs: Readonly<Record<string, string>> = {}): Promise<StreamInfo> {
  // A broker that was just started takes a moment.
  const admin = new Admin({ ...clientOptions(connection), retries: 8 });
  try {
    const topics = await admin.listTopics({}).catch((cause: unknown) => {
      throw new TidemarkError('invalid', 'BROKER_UNREACHABLE', `broker at ${connection.brokers.join(',')} must answer, got ${messageOf(cause)}; ${HOW_TO_START_ONE}`, { cause });
    });
    if (!topics.includes(topic)) await admin.createTopics({ topics: [topic], partitions: partitions ?? 4, replicas: -1, configs: Object.entries(configs).map(([name, value]) => ({ name, value })) });
    const has = await untilKnown(admin, topic);
    requireSetting('shards', partitions ?? has.count, partitions === undefined || partitions === has.count, `${has.count}, as the topic has`, 'leave it out, or delete the topic');
    return {
      name: topic,
      arn: '',
      incarnation: has.id,
      createdAtMs: numberOf(has.id),
      shards: Array.from({ length: has.count }, (_, partition) => String(partition)),
    };
  } finally {
    await admin.close();
  }
}

/** For a machine without a broker. */
export const HOW_TO_START_ONE = 'start one with: docker run --rm -p 9092:9092 apache/kafka, and pass --kafka localhost:9092';

const KNOWN_WAIT_MS = 10_000;

/** A topic that was just made is known to the brokers a moment later. */
async function untilKnown(admin: Admin, topic: string): Promise<{ readonly id: string; readonly count: number }> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    try {
      const found = (await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic);
      if (found !== undefined && found.partitions.every(({ leader }) => leader >= 0)) return { id: found.id, count: found.partitionsCount };
    } catch (cause) {
      if (waitedMs >= KNOWN_WAIT_MS) throw new TidemarkError('unavailable', 'TOPIC_UNAVAILABLE', `topic ${topic} must be known to the broker, got ${messageOf(cause)}; start again`, { cause });
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The files of the local runner know a stream by a number: one that stands for the topic's id. */
function numberOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
