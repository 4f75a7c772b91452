import type { Topology } from '../../engine/topology.ts';
import type { KafkaMappingFacts, MappingFacts, StackFacts } from '../stack/stack-facts.ts';
import { ok, problem, warning, type Finding } from './finding.ts';
import { topicMappingChecks } from './topic-mapping-checks.ts';

interface Pin {
  readonly id: string;
  /** As it should be. */
  readonly lookedAt: string;
  readonly found: (mapping: MappingFacts) => unknown;
  readonly holds: (mapping: MappingFacts) => boolean;
  /** What happens otherwise. */
  readonly otherwise: string;
}

/** The settings with which Lambda never drops or reorders a record (PL-15). */
const PINS: readonly Pin[] = [
  {
    id: 'mapping-enabled',
    lookedAt: 'the mapping calls the function',
    found: ({ state }) => state,
    holds: ({ state }) => state === 'Enabled',
    otherwise: 'nothing is processed: enable it before the retention of the source is over',
  },
  {
    id: 'mapping-filter',
    lookedAt: 'no filter (0)',
    found: ({ filters }) => filters,
    holds: ({ filters }) => filters === 0,
    otherwise: 'Lambda drops records that do not match',
  },
  {
    id: 'mapping-start',
    lookedAt: 'starts at TRIM_HORIZON or AT_TIMESTAMP',
    found: ({ startingPosition }) => startingPosition,
    holds: ({ startingPosition }) => startingPosition === 'TRIM_HORIZON' || startingPosition === 'AT_TIMESTAMP',
    otherwise: 'Lambda skips what comes before its first poll',
  },
  {
    id: 'mapping-destination',
    lookedAt: 'no destination for failures',
    found: ({ destination }) => destination ?? 'none',
    holds: ({ destination }) => destination === undefined,
    otherwise: 'Lambda gives up and puts batches there, where nobody counts them',
  },
  {
    id: 'mapping-bisect',
    lookedAt: 'batches are repeated whole, not halved',
    found: ({ bisects }) => bisects ?? false,
    holds: ({ bisects }) => bisects !== true,
    otherwise: 'what failed comes in halves: more commits, and no way out of what fails',
  },
];

const STREAM_PINS: readonly Pin[] = [
  {
    id: 'mapping-retries',
    lookedAt: 'retries without end (-1)',
    found: (mapping) => mapping.maximumRetryAttempts,
    holds: (mapping) => mapping.maximumRetryAttempts === -1,
    otherwise: 'Lambda drops batches that fail',
  },
  {
    id: 'mapping-record-age',
    lookedAt: 'records of any age (-1)',
    found: (mapping) => mapping.maximumRecordAgeInSeconds,
    holds: (mapping) => mapping.maximumRecordAgeInSeconds === -1,
    otherwise: 'Lambda drops records that waited',
  },
  {
    id: 'mapping-parallelization',
    lookedAt: 'one batch of a shard at a time (1)',
    found: (mapping) => mapping.parallelizationFactor,
    holds: (mapping) => mapping.parallelizationFactor === 1,
    otherwise: 'batches of one shard refuse each other for ever',
  },
  {
    id: 'mapping-window',
    lookedAt: "no window of Lambda's own (0)",
    found: (mapping) => mapping.tumblingWindowInSeconds ?? 0,
    holds: (mapping) => (mapping.tumblingWindowInSeconds ?? 0) === 0,
    otherwise: 'Lambda sends invocations that are no batches',
  },
];

/** Only pollers of one's own give up at all: on demand, Lambda need not say how long it tries. */
const TOPIC_PINS: readonly Pin[] = [
  {
    id: 'mapping-retries',
    lookedAt: 'retries without end (-1)',
    found: (mapping) => mapping.maximumRetryAttempts,
    holds: ({ maximumRetryAttempts, kafka }) => isEndless(maximumRetryAttempts, kafka),
    otherwise: 'Lambda drops batches that fail',
  },
  {
    id: 'mapping-record-age',
    lookedAt: 'records of any age (-1)',
    found: (mapping) => mapping.maximumRecordAgeInSeconds,
    holds: ({ maximumRecordAgeInSeconds, kafka }) => isEndless(maximumRecordAgeInSeconds, kafka),
    otherwise: 'Lambda drops records that waited',
  },
];

export function mappingChecks(
  { mapping, function: fn }: Pick<StackFacts, 'mapping' | 'function'>,
  source: Topology['source'],
): Finding[] {
  const { kafka } = mapping;
  return [
    ...[...PINS, ...(kafka === undefined ? STREAM_PINS : TOPIC_PINS)].map((pin) => pinned(pin, mapping)),
    ...(kafka === undefined ? [] : topicMappingChecks(kafka, source, fn.environment)),
    batchSettings(mapping, source),
    lastResult(mapping),
  ];
}

function isEndless(found: number | undefined, kafka: KafkaMappingFacts | undefined): boolean {
  return found === -1 || (found === undefined && kafka?.pollers === undefined);
}

function pinned({ id, lookedAt, found, holds, otherwise }: Pin, mapping: MappingFacts): Finding {
  const text = String(found(mapping) ?? 'nothing');
  return holds(mapping)
    ? ok(id, lookedAt, text)
    : problem(id, lookedAt, text, `${otherwise}; somebody changed it: deploy the stack again`);
}

/** Differing from the definition costs money or time, never records. */
function batchSettings(
  { batchSize, maximumBatchingWindowInSeconds }: MappingFacts,
  { batchSize: wanted, maxBatchingWindowMs }: Topology['source'],
): Finding {
  const lookedAt = `batches of ${wanted} records or ${maxBatchingWindowMs / 1_000} s, as in the definition`;
  const found = `${batchSize ?? 'nothing'} records or ${maximumBatchingWindowInSeconds ?? 0} s`;
  const same = batchSize === wanted && (maximumBatchingWindowInSeconds ?? 0) * 1_000 === maxBatchingWindowMs;
  return same
    ? ok('mapping-batch', lookedAt, found)
    : warning('mapping-batch', lookedAt, found, 'what is deployed is not this definition: deploy it');
}

/** @example 'OK', 'No records processed', 'PROBLEM: Function call failed'; emulators have words of their own: 'OK - 500 records', 'FAILED' */
export function lastInvocationFailed({
  lastProcessingResult = '',
}: Pick<MappingFacts, 'lastProcessingResult'>): boolean {
  return !/^(OK|No records processed|$)/.test(lastProcessingResult);
}

function lastResult(mapping: MappingFacts): Finding {
  const { lastProcessingResult: found = 'nothing yet' } = mapping;
  const lookedAt = 'the last invocation succeeded';
  return !lastInvocationFailed(mapping)
    ? ok('mapping-last-result', lookedAt, found)
    : problem(
        'mapping-last-result',
        lookedAt,
        found,
        'read the error in the log of the function; the batch is repeated until it succeeds',
      );
}
