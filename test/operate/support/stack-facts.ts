import type { StreamFacts } from '../../../adapters/kinesis/stream-facts.ts';
import type {
  BesideFacts,
  FunctionFacts,
  KafkaMappingFacts,
  MappingFacts,
  StackFacts,
  TableFacts,
  TopicFacts,
} from '../../../operate/stack/stack-facts.ts';

const STREAM_ARN = 'arn:aws:kinesis:us-east-1:123456789012:stream/readings';

/** A mapping as the stack makes it. */
export function mappingFacts(changes: Partial<MappingFacts> = {}): MappingFacts {
  return {
    state: 'Enabled',
    lastProcessingResult: 'OK',
    startingPosition: 'TRIM_HORIZON',
    batchSize: 1_000,
    maximumBatchingWindowInSeconds: 1,
    parallelizationFactor: 1,
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: -1,
    tumblingWindowInSeconds: 0,
    filters: 0,
    bisects: false,
    destination: undefined,
    kafka: undefined,
    sourceArn: STREAM_ARN,
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:processor',
    ...changes,
  };
}

export function functionFacts(changes: Partial<FunctionFacts> = {}): FunctionFacts {
  return {
    name: 'processor',
    state: 'Active',
    lastUpdateStatus: 'Successful',
    runtime: 'nodejs24.x',
    environment: {
      TIDEMARK_LOG_TABLE: 'log-1',
      TIDEMARK_RESULTS_TABLE: 'results-1',
      TIDEMARK_BLOBS: 's3://blobs/snapshots',
    },
    ...changes,
  };
}

export function tableFacts(role: TableFacts['role'], changes: Partial<TableFacts> = {}): TableFacts {
  return {
    role,
    name: `${role}-1`,
    status: 'ACTIVE',
    deletionProtection: true,
    pointInTimeRecovery: true,
    timeToLive: false,
    replicas: [],
    keys: role === 'log' ? 'slotKey (S)' : 'key (S), windowStartMs (N)',
    ...changes,
  };
}

/** A stack in prod with nothing wrong. */
export function stackFacts(changes: Partial<StackFacts> = {}): StackFacts {
  return {
    stack: 'Tidemark-readings-prod',
    status: 'UPDATE_COMPLETE',
    pipeline: 'readings',
    stage: 'prod',
    terminationProtection: true,
    rings: [],
    mapping: mappingFacts(),
    function: functionFacts(),
    tables: [tableFacts('log'), tableFacts('results')],
    source: { kind: 'kinesis', stream: streamFacts() },
    ...changes,
  };
}

/** A stream as the stack makes it. */
export function streamFacts(changes: Partial<StreamFacts> = {}): StreamFacts {
  return {
    name: 'readings',
    arn: STREAM_ARN,
    incarnation: '1',
    retentionHours: 24,
    encrypted: true,
    keyId: 'alias/aws/kinesis',
    maxRecordKiB: 1_024,
    distribution: 'USER_PARTITION_KEY',
    shards: [{ name: 'shardId-000000000000', open: true }],
    ...changes,
  };
}

/** What a mapping of a topic has besides, with pollers of its own. */
export function kafkaMappingFacts(changes: Partial<KafkaMappingFacts> = {}): KafkaMappingFacts {
  return {
    topics: ['readings'],
    consumerGroup: 'Tidemark-readings-prod',
    pollers: { min: 1, max: 4 },
    hearsItemFailures: true,
    ...changes,
  };
}

/** A topic that was made again once. */
export function topicFacts(changes: Partial<TopicFacts> = {}): TopicFacts {
  return {
    name: 'readings',
    incarnations: [
      { id: 'id-2', partitions: 4, firstReadMs: 1_700_000_000_000 },
      { id: 'id-1', partitions: 2, firstReadMs: 1_600_000_000_000 },
    ],
    ...changes,
  };
}

/** As the stack makes it. */
export function besideFacts(changes: Partial<BesideFacts> = {}): BesideFacts {
  return {
    reservedConcurrency: undefined,
    sharedConcurrency: 1_000,
    schedules: [{ name: 'tick-1', state: 'ENABLED', expression: 'rate(1 minute)' }],
    keys: [{ id: 'key-1', use: 'alarms', state: 'Enabled', letsAlarmsThrough: true }],
    ...changes,
  };
}
