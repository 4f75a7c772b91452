import { DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { keysText } from '../../adapters/dynamodb/result-table-keys.ts';
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import { withoutConsumer } from '../../adapters/kinesis/decode-event.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import type { Topology } from '../../engine/topology.ts';
import { TidemarkError } from '../../engine/errors.ts';
import type { StackClients } from './clients.ts';
import { describeSource } from './describe-source.ts';
import { asking } from './failure.ts';
import { idsOf, listResources } from './resources.ts';
import type {
  FunctionFacts,
  KafkaMappingFacts,
  MappingFacts,
  RingMappingFacts,
  StackFacts,
  TableFacts,
} from './stack-facts.ts';

/**
 * Looks at a deployed pipeline, and changes nothing: stack ─► mapping ─► function ─► tables, source.
 *
 * @param source of a pipeline with several; undefined: it has one
 * @throws UNKNOWN_STACK, NOT_A_PIPELINE_STACK, STACK_REFUSED (invalid), STACK_UNAVAILABLE (unavailable)
 */
export async function describeStack(clients: StackClients, stack: string, source?: NamedSource): Promise<StackFacts> {
  const { StackStatus = '', Tags = [], EnableTerminationProtection = false } = await describe(clients, stack);
  const tag = (key: string): string | undefined => Tags.find(({ Key }) => Key === key)?.Value;
  const mappings = idsOf(await listResources(clients, stack), 'AWS::Lambda::EventSourceMapping');
  const described = await Promise.all(mappings.map((id) => describeMapping(clients, stack, id)));
  const ofSources = described.filter((found) => !isOfQueue(found)).map(mappingFacts);
  const { mapping, fn } = await (source === undefined
    ? theOnly(clients, stack, ofSources)
    : theOneOf(clients, stack, ofSources, source));
  const pipeline = tag('pipeline');
  const { TIDEMARK_LOG_TABLE: log, TIDEMARK_RESULTS_TABLE: results } = fn.environment;
  return {
    stack,
    status: StackStatus,
    pipeline,
    stage: tag('stage'),
    terminationProtection: EnableTerminationProtection,
    mapping,
    rings: described.filter(isOfQueue).map(ringFacts),
    function: fn,
    tables: [
      ...(log === undefined ? [] : [await describeTable(clients, stack, 'log', log)]),
      ...(results === undefined || results === '' ? [] : [await describeTable(clients, stack, 'results', results)]),
    ],
    source: await describeSource(clients, { stack, pipeline, mapping, function: fn }),
  };
}

/**
 * Looks at the stack of this pipeline.
 *
 * @throws WRONG_STACK (invalid) when it is that of another pipeline
 */
export async function describeStackOf(
  clients: StackClients,
  { name, source, sources = [source] }: Pick<Topology, 'name' | 'source'> & Partial<Pick<Topology, 'sources'>>,
  stack: string,
): Promise<StackFacts> {
  const named = { name: nameOfSource(source), isFirst: source === sources[0] };
  const facts = await describeStack(clients, stack, sources.length === 1 ? undefined : named);
  if (facts.pipeline === name) return facts;
  throw new TidemarkError(
    'invalid',
    'WRONG_STACK',
    `stack ${stack} must have the tag pipeline ${name}, got ${JSON.stringify(facts.pipeline ?? 'none')}; correct --stack or the pipeline`,
  );
}

async function describe({ cloudformation }: StackClients, stack: string): Promise<Stack> {
  const { Stacks = [] } = await asking(stack, 'cloudformation:DescribeStacks', () =>
    cloudformation.send(new DescribeStacksCommand({ StackName: stack })),
  );
  if (Stacks[0] === undefined)
    throw new TidemarkError(
      'unavailable',
      'STACK_UNAVAILABLE',
      `stack ${stack} must describe itself, got an empty answer; try again`,
    );
  return Stacks[0];
}

/** One of several sources. */
interface NamedSource {
  readonly name: string;
  /** Its function is told no name. */
  readonly isFirst: boolean;
}

/** What reads a source, and the function that it calls. */
interface Reader {
  readonly mapping: MappingFacts;
  readonly fn: FunctionFacts;
}

/** @throws NOT_A_PIPELINE_STACK (invalid) when its functions are those of other sources */
async function theOneOf(
  clients: StackClients,
  stack: string,
  mappings: readonly MappingFacts[],
  { name, isFirst }: NamedSource,
): Promise<Reader> {
  const readers = await Promise.all(
    mappings.map(async (mapping) => ({ mapping, fn: await describeFunction(clients, stack, mapping.functionArn) })),
  );
  const nameIn = ({ fn }: Reader): string => fn.environment['TIDEMARK_SOURCE'] ?? '';
  const found = readers.find((reader) => nameIn(reader) === (isFirst ? '' : name));
  if (found !== undefined) return found;
  const text = `stack ${stack} must have a function for the source ${name}, got those of ${JSON.stringify(readers.map(nameIn))}; deploy it with the definition that is looked at`;
  throw new TidemarkError('invalid', 'NOT_A_PIPELINE_STACK', text);
}

/**
 * The one that reads the source: another may call what is behind an exchange.
 *
 * @throws NOT_A_PIPELINE_STACK (invalid)
 */
async function theOnly(clients: StackClients, stack: string, mappings: readonly MappingFacts[]): Promise<Reader> {
  const [only, ...more] = mappings;
  if (only !== undefined && more.length === 0)
    return { mapping: only, fn: await describeFunction(clients, stack, only.functionArn) };
  throw new TidemarkError(
    'invalid',
    'NOT_A_PIPELINE_STACK',
    `stack ${stack} must have one event source mapping, got ${only === undefined ? 0 : more.length + 1}; pass the stack of one pipeline, such as Tidemark-flights-dev`,
  );
}

function describeMapping(
  { lambda }: StackClients,
  stack: string,
  id: string,
): Promise<EventSourceMappingConfiguration> {
  return asking(stack, 'lambda:GetEventSourceMapping', () =>
    lambda.send(new GetEventSourceMappingCommand({ UUID: id })),
  );
}

const isOfQueue = ({ EventSourceArn: arn }: EventSourceMappingConfiguration): boolean => arn?.split(':')[2] === 'sqs';

const hearsItemFailures = ({ FunctionResponseTypes: types }: EventSourceMappingConfiguration): boolean =>
  types?.includes('ReportBatchItemFailures') === true;

function ringFacts(found: EventSourceMappingConfiguration): RingMappingFacts {
  return {
    state: found.State,
    lastProcessingResult: found.LastProcessingResult,
    filters: found.FilterCriteria?.Filters?.length ?? 0,
    hearsItemFailures: hearsItemFailures(found),
  };
}

function mappingFacts(found: EventSourceMappingConfiguration): MappingFacts {
  return {
    state: found.State,
    lastProcessingResult: found.LastProcessingResult,
    startingPosition: found.StartingPosition,
    batchSize: found.BatchSize,
    maximumBatchingWindowInSeconds: found.MaximumBatchingWindowInSeconds,
    parallelizationFactor: found.ParallelizationFactor,
    maximumRetryAttempts: found.MaximumRetryAttempts,
    maximumRecordAgeInSeconds: found.MaximumRecordAgeInSeconds,
    tumblingWindowInSeconds: found.TumblingWindowInSeconds,
    filters: found.FilterCriteria?.Filters?.length ?? 0,
    bisects: found.BisectBatchOnFunctionError,
    destination: found.DestinationConfig?.OnFailure?.Destination,
    sourceArn: found.EventSourceArn === undefined ? undefined : withoutConsumer(found.EventSourceArn),
    functionArn: found.FunctionArn ?? '',
    kafka: kafkaOf(found),
  };
}

/** A mapping with topics is Kafka's. */
function kafkaOf({
  Topics: topics = [],
  ProvisionedPollerConfig: pollers,
  ...found
}: EventSourceMappingConfiguration): KafkaMappingFacts | undefined {
  if (topics.length === 0) return undefined;
  return {
    topics,
    consumerGroup: (found.AmazonManagedKafkaEventSourceConfig ?? found.SelfManagedKafkaEventSourceConfig)
      ?.ConsumerGroupId,
    pollers: pollers === undefined ? undefined : { min: pollers.MinimumPollers, max: pollers.MaximumPollers },
    hearsItemFailures: hearsItemFailures(found),
  };
}

async function describeFunction({ lambda }: StackClients, stack: string, arn: string): Promise<FunctionFacts> {
  const found = await asking(stack, 'lambda:GetFunctionConfiguration', () =>
    lambda.send(new GetFunctionConfigurationCommand({ FunctionName: arn })),
  );
  return {
    name: found.FunctionName ?? arn,
    state: found.State,
    lastUpdateStatus: found.LastUpdateStatus,
    runtime: found.Runtime,
    environment: found.Environment?.Variables ?? {},
  };
}

const GONE = Object.freeze({
  status: undefined,
  deletionProtection: false,
  pointInTimeRecovery: false,
  timeToLive: false,
  replicas: [],
  keys: '',
});

async function unlessGone(
  asked: Promise<{ readonly Table?: TableDescription | undefined }>,
): Promise<{ readonly Table?: TableDescription | undefined }> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return {};
    throw error;
  }
}

async function describeTable(
  { dynamodb }: StackClients,
  stack: string,
  role: TableFacts['role'],
  name: string,
): Promise<TableFacts> {
  const { Table } = await asking(stack, 'dynamodb:DescribeTable', () =>
    unlessGone(dynamodb.send(new DescribeTableCommand({ TableName: name }))),
  );
  if (Table === undefined) return { ...GONE, role, name };
  const backups = await asking(stack, 'dynamodb:DescribeContinuousBackups', () =>
    dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: name })),
  );
  const expiry = await asking(stack, 'dynamodb:DescribeTimeToLive', () =>
    dynamodb.send(new DescribeTimeToLiveCommand({ TableName: name })),
  );
  const { ContinuousBackupsDescription: continuous } = backups;
  return {
    role,
    name,
    status: Table?.TableStatus,
    deletionProtection: Table?.DeletionProtectionEnabled ?? false,
    pointInTimeRecovery: continuous?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED',
    timeToLive: (expiry.TimeToLiveDescription?.TimeToLiveStatus ?? 'DISABLED') !== 'DISABLED',
    replicas: (Table?.Replicas ?? []).map(({ RegionName = '' }) => RegionName),
    keys: keysText(Table),
  };
}
