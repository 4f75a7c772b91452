import { FetchIsolationLevels, ListOffsetTimestamps, type Consumer } from '@platformatic/kafka';
import { behindFetched, committedRecords, hasTransactions, type CommittedRecord } from './committed.ts';

const MAX_WAIT_MS = 100;
const MAX_BYTES = 8_388_608;
const MAX_PARTITION_BYTES = 1_048_576;
const OFFSET_OUT_OF_RANGE = 1;

/** What a read of one partition gave. */
export interface PartitionRead {
  readonly records: readonly CommittedRecord[];
  /** Where to read on: behind all that was looked at, markers and aborted records included. */
  readonly next: bigint;
  /** Where readers of committed records have to stop for now. */
  readonly stableEnd: bigint;
  /** The position does not exist any more, or not yet: below what is retained, or above the end. */
  readonly isOutOfRange: boolean;
  /** There are records or markers of transactions in what was looked at. */
  readonly hasTransactions: boolean;
}

/** The offsets at which each partition begins and ends. */
export interface PartitionRange {
  readonly start: bigint;
  /** Behind the last record, uncommitted ones included. */
  readonly end: bigint;
  /** Behind the last record that readers of committed records may see now. */
  readonly stableEnd: bigint;
}

/** Reads committed records of a topic from given offsets on, without a group. */
export class KafkaReader {
  readonly #client: Consumer;

  constructor(client: Consumer) {
    this.#client = client;
  }

  /**
   * One read of several partitions. Waits a moment when there is nothing.
   *
   * @param positions by partition: the first offset that is wanted
   * @throws whatever the client throws
   */
  async read(topic: string, positions: ReadonlyMap<number, bigint>): Promise<Map<number, PartitionRead>> {
    // Brokers before 3.1 are asked by name, which the client looks up among the topics that it tracks.
    if (!this.#client.topics.has(topic)) this.#client.topics.track(topic);
    const metadata = await this.#client.metadata({ topics: [topic] });
    const facts = metadata.topics.get(topic);
    const byLeader = Map.groupBy(positions, ([partition]) => facts?.partitions[partition]?.leader ?? -1);
    const reads = await Promise.all(
      [...byLeader].map(([node, parts]) => this.#readFrom(node, facts?.id ?? '', facts?.partitions ?? [], parts)),
    );
    return new Map(reads.flat());
  }

  async ranges(topic: string, partitions: readonly number[]): Promise<Map<number, PartitionRange>> {
    const list = async (timestamp: bigint, isolationLevel: number): Promise<readonly bigint[]> => {
      const offsets = await this.#client.listOffsets({
        topics: [topic],
        partitions: { [topic]: [...partitions] },
        timestamp,
        isolationLevel,
      });
      return offsets.get(topic) ?? [];
    };
    const { READ_COMMITTED, READ_UNCOMMITTED } = FetchIsolationLevels;
    // The start first: the end may move on meanwhile, the start of an answer is never above its end.
    const start = await list(ListOffsetTimestamps.EARLIEST, READ_UNCOMMITTED);
    const stable = await list(ListOffsetTimestamps.LATEST, READ_COMMITTED);
    const end = await list(ListOffsetTimestamps.LATEST, READ_UNCOMMITTED);
    return new Map(
      partitions.map((partition) => [
        partition,
        { start: known(start[partition]), stableEnd: known(stable[partition]), end: known(end[partition]) },
      ]),
    );
  }

  async #readFrom(
    node: number,
    topicId: string,
    facts: ReadonlyArray<{ readonly leaderEpoch: number }>,
    positions: ReadonlyArray<readonly [number, bigint]>,
  ): Promise<Array<[number, PartitionRead]>> {
    const response = await this.#client.fetch({
      node,
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      maxWaitTime: MAX_WAIT_MS,
      topics: [
        {
          topicId,
          partitions: positions.map(([partition, fetchOffset]) => ({
            partition,
            fetchOffset,
            currentLeaderEpoch: facts[partition]?.leaderEpoch ?? -1,
            lastFetchedEpoch: -1,
            partitionMaxBytes: MAX_PARTITION_BYTES,
          })),
        },
      ],
    });
    const found = response.responses.flatMap(({ partitions }) => partitions);
    return positions.map(([partition, from]) => {
      const part = found.find(({ partitionIndex }) => partitionIndex === partition);
      if (part === undefined)
        return [partition, { records: [], next: from, stableEnd: from, isOutOfRange: false, hasTransactions: false }];
      const isOutOfRange = part.errorCode === OFFSET_OUT_OF_RANGE;
      if (part.errorCode !== 0 && !isOutOfRange)
        throw new Error(`error code ${part.errorCode} for partition ${partition}`);
      return [
        partition,
        {
          records: committedRecords(part, from),
          next: behindFetched(part) ?? from,
          stableEnd: part.lastStableOffset,
          isOutOfRange,
          hasTransactions: hasTransactions(part),
        },
      ];
    });
  }
}

function known(offset: bigint | undefined): bigint {
  if (offset === undefined) throw new Error('no offset in the answer');
  return offset;
}
