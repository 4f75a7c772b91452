/** What texts call a source and its parts, and what they say of it to somebody on call. */
export interface SourceWords {
  /** Where producers put records. */
  readonly source: string;
  /** What is read in order, has a log of its own, and a batch at a time. */
  readonly part: string;
  /** Many of them, at the head of a graph. */
  readonly parts: string;
  readonly alarms: Readonly<
    Record<
      | 'FunctionErrors'
      | 'FunctionThrottles'
      | 'TickErrors'
      | 'Stalled'
      | 'Behind'
      | 'RecordsAtRisk'
      | 'DeliveryStuck'
      | 'WatermarkLag',
      string
    >
  >;
}

export const KINESIS_WORDS: SourceWords = Object.freeze({
  source: 'stream',
  part: 'shard',
  parts: 'Shards',
  alarms: {
    FunctionErrors:
      'Batches fail and are retried without a limit: nothing is lost, their shards wait. Read the error in the log of the function: RECORDS_MISSING says that the mapping begins too late, PARENT_FORGOTTEN that a shard expired unsealed; repair what it names or deploy the version before.',
    FunctionThrottles:
      'Lambda refuses invocations: the account is out of concurrency. See which function takes it, or ask for a higher quota; one shard needs one.',
    TickErrors:
      'Time does not move on, on the shards that the error names: their last windows do not come out. All others have moved. Read the cause of each in the log of the tick function; it tries again every minute.',
    Stalled:
      'Records come in and the function is not invoked. See whether the event source mapping is enabled and what its last result says; a permission or a key may be gone.',
    Behind:
      'The pipeline reads old records. With errors: repair those first. Without: it is too slow for what comes in; give the stream more shards or the function more memory.',
    RecordsAtRisk:
      'Half of the retention is used up: unread records will be deleted by Kinesis. Raise the retention of the stream now (it works at once), then find out why the pipeline is behind.',
    DeliveryStuck:
      'Results are decided and not delivered. With errors of the function: a sink fails, repair what its log names. With an old iterator age and no errors: the pipeline is behind, give the stream more shards.',
    WatermarkLag:
      'Event time stands still on a shard, so its windows do not end. See which shard (dashboard, "By shard"): are its producers silent, or are their clocks behind?',
  },
});

export const KAFKA_WORDS: SourceWords = Object.freeze({
  source: 'topic',
  part: 'partition',
  parts: 'Partitions',
  alarms: {
    FunctionErrors:
      'Batches fail and are retried without a limit: nothing is lost, their partitions wait. Read the error in the log of the function: PARTITIONS_GREW, OFFSETS_RAN_BACKWARDS, SOURCE_REWRITTEN, RECORDS_MISSING and RECORDS_EXPIRED say what has changed and what to do; otherwise repair what it names or deploy the version before.',
    FunctionThrottles:
      'Lambda refuses invocations: the account is out of concurrency. See which function takes it, or ask for a higher quota; the topic needs up to one per partition.',
    TickErrors:
      'Time does not move on, on the partitions that the error names: their last windows do not come out. All others have moved. Read the cause of each in the log of the tick function: TOPIC_UNAVAILABLE means brokers, network or credentials. It tries again every minute.',
    Stalled:
      'Records come in and the function is not invoked. See what the event source mapping says of its state and last result (tidemark doctor --stack): brokers or credentials may be out of reach, or somebody else has joined its consumer group.',
    Behind:
      'The pipeline reads old records. With errors: repair those first. Without: it is too slow for what comes in; give the function more memory or the mapping pollers of its own. More partitions need a new topic, see docs/kafka.md.',
    RecordsAtRisk:
      'Half of the retention of the topic is used up: unread records will be deleted by the brokers. Raise retention.ms of the topic now (it works at once), then find out why the group is behind.',
    DeliveryStuck:
      'Results are decided and not delivered. With errors of the function: a sink fails, repair what its log names. With old records and no errors: the pipeline is behind, do what the alarm Behind says.',
    WatermarkLag:
      'Event time stands still on a partition, so its windows do not end. See which partition (dashboard, "By partition"): are its producers silent, or are their clocks behind?',
  },
});
