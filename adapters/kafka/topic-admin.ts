import {
  Admin,
  ConfigResourceTypes,
  Connection,
  deleteTopicsV6,
  findErrorBy,
  IncrementalAlterConfigOperationTypes,
  UnsupportedApiError,
  type ClusterTopicMetadata,
} from '@platformatic/kafka';
import { TidemarkError } from '../../engine/errors.ts';
import { clientOptions, failureText, type KafkaConnection } from './connection.ts';

/** A topic as somebody wants it. */
export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  /** Copies of a record; -1: as many as the brokers say. */
  readonly replicationFactor: number;
  /** @example { 'cleanup.policy': 'compact' } */
  readonly configs: Readonly<Record<string, string>>;
}

/** What a topic is called by brokers that know no ids: before 2.8, and some that are not Apache's. */
export const NO_TOPIC_ID = '00000000-0000-0000-0000-000000000000';

/** A topic as it is. */
export interface FoundTopic {
  /** Another one for a topic of the same name that was deleted and made again (PL-11); NO_TOPIC_ID where nobody can tell. */
  readonly id: string;
  readonly partitions: number;
}

const CODE = Object.freeze({ topicAlreadyExists: 36, unknownTopicId: 100 });
/** Answers that stay the same however often it is asked: name, number of partitions, settings, a policy of the brokers. */
const REFUSALS: readonly number[] = [17, 37, 40, 42, 44];
const POLL_MS = 100;

/** Creates, configures and deletes topics. Every call may be repeated. */
export class TopicAdmin {
  readonly #connection: KafkaConnection;
  readonly #admin: Admin;

  /** @param retries of each call, as often as the client sees sense in it @default as all clients */
  constructor(connection: KafkaConnection, { retries }: { readonly retries?: number } = {}) {
    this.#connection = connection;
    this.#admin = new Admin({ ...clientOptions(connection), ...(retries === undefined ? {} : { retries }) });
  }

  /** @throws TOPIC_UNAVAILABLE (unavailable) */
  async exists(name: string): Promise<boolean> {
    return this.#call(name, 'be looked for', async () => (await this.#admin.listTopics({})).includes(name));
  }

  /**
   * @returns the id of the topic that this call has created; undefined: there was one of this name, which is left as it is
   * @throws TOPIC_REFUSED (invalid), TOPIC_UNAVAILABLE (unavailable)
   */
  async create({ name, partitions, replicationFactor, configs }: WantedTopic): Promise<string | undefined> {
    return this.#call(name, 'be created', async () => {
      try {
        const [created] = await this.#admin.createTopics({
          topics: [name],
          partitions,
          replicas: replicationFactor,
          configs: Object.entries(configs).map(([config, value]) => ({ name: config, value })),
        });
        return created?.id;
      } catch (error) {
        if (isAnswer(error, CODE.topicAlreadyExists)) return undefined;
        throw error;
      }
    });
  }

  /**
   * Sets these settings and gives others back to the brokers; all the rest stay as they are.
   *
   * @throws TOPIC_REFUSED (invalid), TOPIC_UNAVAILABLE (unavailable)
   */
  async configure(name: string, set: Readonly<Record<string, string>>, unset: readonly string[]): Promise<void> {
    const { SET, DELETE } = IncrementalAlterConfigOperationTypes;
    const configs = [
      ...Object.entries(set).map(([config, value]) => ({ name: config, configOperation: SET, value })),
      ...unset.map((config) => ({ name: config, configOperation: DELETE })),
    ];
    if (configs.length === 0) return;
    await this.#call(name, 'be configured', () =>
      this.#admin.incrementalAlterConfigs({
        resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name, configs }],
      }),
    );
  }

  /** All settings that are in force, those of the brokers included. @throws TOPIC_UNAVAILABLE (unavailable) */
  async configs(name: string): Promise<ReadonlyMap<string, string>> {
    return this.#call(name, 'tell its settings', async () => {
      const described = await this.#admin.describeConfigs({
        resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name }],
      });
      return new Map(
        described.flatMap(({ configs }) => configs.map(({ name: config, value }) => [config, value ?? ''] as const)),
      );
    });
  }

  /**
   * The topic, once every partition has a leader: one that was just made is known to the brokers a moment later, and until
   * then they may still tell of the one of its name that was deleted before.
   *
   * @param madeId of the topic to wait for: another one of the name is taken only once `waitMs` are over
   * @throws TOPIC_UNAVAILABLE (unavailable) when it is not so within `waitMs`
   */
  async untilServing(name: string, waitMs: number, madeId?: string): Promise<FoundTopic> {
    return this.#call(name, 'have a leader for every partition', async () => {
      for (let waitedMs = 0; ; waitedMs += POLL_MS) {
        const isLast = waitedMs >= waitMs;
        try {
          const topic = (await this.#admin.metadata({ topics: [name], forceUpdate: true })).topics.get(name);
          if (topic !== undefined && isServing(topic) && (isLast || isMade(topic, madeId))) {
            return { id: topic.id, partitions: topic.partitionsCount };
          }
          if (isLast) throw new Error(topic === undefined ? 'no such topic in the answer' : 'none for some');
        } catch (error) {
          if (isLast) throw error;
        }
        await new Promise((done) => setTimeout(done, POLL_MS));
      }
    });
  }

  /**
   * Deletes the topic of this id, never another one that has its name by now: the brokers themselves compare.
   *
   * @returns whether there was one
   * @throws TOPIC_REFUSED (invalid), TOPIC_UNAVAILABLE (unavailable)
   */
  async delete(name: string, id: string): Promise<boolean> {
    return this.#call(name, 'be deleted', async () => {
      // The client's own call knows names only.
      const { brokers, controllerId } = await this.#admin.metadata({ topics: [], forceUpdate: true });
      const broker = brokers.get(controllerId) ?? [...brokers.values()][0];
      if (broker === undefined) throw new Error('no broker in the answer');
      const { clientId, timeout, connectTimeout, tlsServerName, tls, sasl } = clientOptions(this.#connection);
      const connection = new Connection(clientId, {
        connectTimeout,
        tlsServerName,
        ...(tls === undefined ? {} : { tls }),
        ...(sasl === undefined ? {} : { sasl }),
      });
      await connection.connect(broker.host, broker.port);
      try {
        await deleteTopicsV6.api.async(connection, [{ topicId: id }], timeout);
        return true;
      } catch (error) {
        if (isAnswer(error, CODE.unknownTopicId)) return false;
        throw error;
      } finally {
        await connection.close();
      }
    });
  }

  close(): Promise<void> {
    return this.#admin.close();
  }

  async #call<T>(topic: string, what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      const options = { cause, context: { topic } };
      if (isRefusal(cause)) {
        throw new TidemarkError(
          'invalid',
          'TOPIC_REFUSED',
          `topic ${topic} must ${what} by what the brokers accept, got ${failureText(cause)}; correct its settings, or make it yourself`,
          options,
        );
      }
      throw new TidemarkError(
        'unavailable',
        'TOPIC_UNAVAILABLE',
        `topic ${topic} must ${what}, got ${failureText(cause)}; see whether the brokers can be reached and its rights are there, it is tried again`,
        options,
      );
    }
  }
}

const isServing = ({ partitions }: ClusterTopicMetadata): boolean => partitions.every(({ leader }) => leader >= 0);

/** Where topics have no ids, one made again cannot be told from the one before. */
function isMade({ id }: ClusterTopicMetadata, madeId: string = NO_TOPIC_ID): boolean {
  return [id, madeId].includes(NO_TOPIC_ID) || id === madeId;
}

/** The brokers will never do it: rights and connections may yet come, other settings and calls that they do not know will not. */
export function isRefusal(error: unknown): boolean {
  const isUnknownCall = error instanceof Error && findErrorBy(error, 'code', UnsupportedApiError.code) !== null;
  return isUnknownCall || REFUSALS.some((code) => isAnswer(error, code));
}

function isAnswer(error: unknown, code: number): boolean {
  return error instanceof Error && findErrorBy(error, 'apiCode', code) !== null;
}
