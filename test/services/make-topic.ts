import { TopicAdmin } from '../../adapters/kafka/topic-admin.ts';

const SERVING_WAIT_MS = 20_000;

/** Settings of a topic beyond its name. */
export interface MakeTopicProps {
  /** @default 1 */
  readonly partitions?: number;
  /** @default those of the broker */
  readonly configs?: Readonly<Record<string, string>>;
}

/**
 * Makes a topic, and waits until the broker that the tests ask tells of it. The controller answers a call that deletes or
 * makes a topic before that broker knows: until then it tells of no such topic, or still of the deleted one of its name.
 */
export async function makeTopic(bootstrap: string, name: string, props: MakeTopicProps = {}): Promise<void> {
  const { partitions = 1, configs = {} } = props;
  const admin = new TopicAdmin({ brokers: [bootstrap] });
  try {
    const id = await admin.create({ name, partitions, replicationFactor: 1, configs });
    if (id === undefined) throw new Error(`topic ${name} must be made by this call, got one that was there`);
    const found = await admin.untilServing(name, SERVING_WAIT_MS, id);
    if (found.id !== id) throw new Error(`topic ${name} must have the id ${id}, got ${found.id}`);
  } finally {
    await admin.close();
  }
}
