import type { CdkCustomResourceEvent, CdkCustomResourceResponse, Context } from 'aws-lambda';
import { NO_TOPIC_ID, TopicAdmin } from '../adapters/kafka/topic-admin.ts';
import { isKind } from '../engine/errors.ts';
import { readKafkaEnvironment } from './kafka-environment.ts';
import { kafkaConnect } from './kafka-connect.ts';
import {
  droppedConfigs,
  physicalIdOf,
  requirePartitions,
  topicToDelete,
  wantedTopic,
  type TopicIdentity,
  type TopicProperties,
} from './topic-resource.ts';

export type TopicEvent = CdkCustomResourceEvent<TopicProperties & { readonly ServiceToken: string }>;
type TimeLeft = Pick<Context, 'getRemainingTimeInMillis'>;

/** How long a new topic may take to get its leaders. */
const SERVING_WAIT_MS = 30_000;
/** Between two attempts: rights and secrets that were just given take seconds to be known. */
const PAUSE_MS = 2_000;

/** The handler of `kafka-topic`: makes a topic what the template says. */
export function topicHandler(): (event: TopicEvent, context: TimeLeft) => Promise<CdkCustomResourceResponse> {
  const connect = kafkaConnect(readKafkaEnvironment(process.env), 'kafka-topic');
  return async (event, context) => {
    const attempt = topicChange(event);
    return untilAvailable(context, async () => {
      const admin = new TopicAdmin(await connect());
      try {
        return { PhysicalResourceId: await attempt(admin) };
      } finally {
        await admin.close();
      }
    });
  };
}

/**
 * What an event asks for, as an attempt that may be made again after it failed: it remembers whether it was the one that made the topic.
 *
 * @returns an attempt that gives the physical id
 */
function topicChange(event: TopicEvent): (admin: TopicAdmin) => Promise<string> {
  const { ResourceProperties: properties } = event;
  if (event.RequestType === 'Delete') {
    return async (admin) => {
      const doomed = topicToDelete(event.PhysicalResourceId, properties);
      if (doomed !== undefined) await admin.delete(doomed.name, doomed.id);
      return event.PhysicalResourceId;
    };
  }
  const wanted = wantedTopic(properties);
  const unset = event.RequestType === 'Update' ? droppedConfigs(event.OldResourceProperties, properties) : [];
  const before = event.RequestType === 'Update' ? event.PhysicalResourceId : undefined;
  let createdId: string | undefined;
  return async (admin) => {
    if (!(await admin.exists(wanted.name))) createdId = (await admin.create(wanted)) ?? createdId;
    const found = await admin.untilServing(wanted.name, SERVING_WAIT_MS, createdId);
    requirePartitions(wanted, found);
    // Where topics have no ids, nobody could tell ours from one made again: it counts as found, and is never deleted.
    const origin: TopicIdentity['origin'] = found.id === createdId && found.id !== NO_TOPIC_ID ? 'created' : 'found';
    if (origin === 'found') await admin.configure(wanted.name, wanted.configs, unset);
    return physicalIdOf({ name: wanted.name, id: found.id, origin }, before);
  };
}

/** Makes attempts while the brokers, or the rights to reach them, may still come. */
async function untilAvailable<T>(context: TimeLeft, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isKind(error, 'unavailable') || context.getRemainingTimeInMillis() < 2 * SERVING_WAIT_MS) throw error;
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }
}
