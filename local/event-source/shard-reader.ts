import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  type _Record as KinesisRecord,
} from '@aws-sdk/client-kinesis';

/** What one response holds at most, roughly: the emulator has no limit of its own. */
const RESPONSE_BYTES = 5_000_000;
const FIRST_LIMIT = 100;
const MAX_LIMIT = 5_000;

/** Reads one shard from a position on, forward only. */
export class ShardReader {
  readonly shardId: string;
  readonly #client: KinesisClient;
  readonly #stream: string;
  #position: string | undefined;
  #iterator: string | undefined;
  #limit = FIRST_LIMIT;
  #closed = false;

  /** @param position sequence number of the last record that is not to be read again; undefined: from TRIM_HORIZON */
  constructor(client: KinesisClient, stream: string, shardId: string, position: string | undefined) {
    this.#client = client;
    this.#stream = stream;
    this.shardId = shardId;
    this.#position = position;
  }

  /** True when the shard was closed and has been read to its end. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The records that follow; empty when there is none now. An expired iterator is renewed. */
  async next(): Promise<readonly KinesisRecord[]> {
    this.#iterator ??= await this.#iteratorAt(this.#position);
    try {
      return await this.#read(this.#iterator);
    } catch (error) {
      if (!(error instanceof ExpiredIteratorException)) throw error;
      this.#iterator = undefined;
      return [];
    }
  }

  async #read(iterator: string): Promise<readonly KinesisRecord[]> {
    const response = await this.#client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: this.#limit }));
    const records = response.Records ?? [];
    if (records.length === 0) {
      // The same iterator again: it stays where nothing was read. But of a closed shard only the next one says so.
      this.#closed = response.NextShardIterator === undefined || (await this.#endsAt(response.NextShardIterator));
      return records;
    }
    this.#closed = response.NextShardIterator === undefined;
    this.#iterator = response.NextShardIterator;
    this.#position = records.at(-1)?.SequenceNumber ?? this.#position;
    const bytes = records.reduce((sum, record) => sum + (record.Data?.byteLength ?? 0) + 100, 0);
    this.#limit = Math.min(
      MAX_LIMIT,
      this.#limit * 4,
      Math.max(1, Math.floor((RESPONSE_BYTES * records.length) / bytes)),
    );
    return records;
  }

  async #endsAt(iterator: string): Promise<boolean> {
    const { Records = [], NextShardIterator } = await this.#client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: 1 }),
    );
    return Records.length === 0 && NextShardIterator === undefined;
  }

  async #iteratorAt(position: string | undefined): Promise<string> {
    const response = await this.#client.send(
      new GetShardIteratorCommand({
        StreamName: this.#stream,
        ShardId: this.shardId,
        ...(position === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: position }),
      }),
    );
    return response.ShardIterator ?? '';
  }
}
