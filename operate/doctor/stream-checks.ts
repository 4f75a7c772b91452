import { grouped, durationText } from '../text.ts';
import type { StreamFacts } from '../../adapters/kinesis/stream-facts.ts';
import type { MappingFacts } from '../stack/stack-facts.ts';
import { allOf, ok, problem, warning, type Bad, type Finding } from './finding.ts';

/** How far the pipeline is behind the end of one partition. */
export interface PartitionBacklog {
  readonly partition: string;
  readonly behindMs: number;
}

/** A batch has 6 MiB, in which a record is base64: larger ones never get through. */
const MAX_RECORD_KIB = 4_096;
const HOUR_MS = 3_600_000;

export function streamChecks(
  stream: StreamFacts | undefined,
  { sourceArn }: Pick<MappingFacts, 'sourceArn'>,
  backlogs: readonly PartitionBacklog[],
): Finding[] {
  if (stream === undefined)
    return [
      problem(
        'stream',
        'the stream of the mapping exists',
        `no ${sourceArn ?? 'stream'}`,
        'deploy the stack again; what was in the stream is lost',
      ),
    ];
  const open = stream.shards.filter((shard) => shard.open).length;
  return [
    ok(
      'stream',
      'the stream of the mapping exists',
      `${stream.name}, ${grouped(open)} of ${grouped(stream.shards.length)} shards open`,
    ),
    distribution(stream.distribution),
    recordSize(stream.maxRecordKiB),
    encryption(stream.encrypted),
    retention(stream.retentionHours, backlogs),
  ];
}

/** State lives where its key goes. */
function distribution(found: string | undefined): Finding {
  const lookedAt = 'records go to the shard of their partition key (USER_PARTITION_KEY)';
  return found === undefined || found === 'USER_PARTITION_KEY'
    ? ok('stream-distribution', lookedAt, found ?? 'as is the default')
    : problem(
        'stream-distribution',
        lookedAt,
        found,
        'set the record distribution strategy back: one key now lands on many shards, and each counts a part',
      );
}

function recordSize(found: number | undefined): Finding {
  const lookedAt = `records are at most ${grouped(MAX_RECORD_KIB)} KiB, so that a batch can hold one`;
  const text = found === undefined ? 'as is the default' : `${grouped(found)} KiB`;
  return found === undefined || found <= MAX_RECORD_KIB
    ? ok('stream-record-size', lookedAt, text)
    : problem(
        'stream-record-size',
        lookedAt,
        text,
        'lower the limit of the stream: one record above it stops its shard for ever',
      );
}

function encryption(encrypted: boolean): Finding {
  const lookedAt = 'the stream is encrypted';
  return encrypted
    ? ok('stream-encryption', lookedAt, 'yes')
    : warning('stream-encryption', lookedAt, 'no', 'switch it on');
}

/** Records that are not read in time are gone. */
function retention(hours: number, backlogs: readonly PartitionBacklog[]): Finding {
  const lookedAt = `unread records are far younger than the retention of ${hours} hours`;
  const bad = backlogs.flatMap(({ partition, behindMs }): Bad[] => {
    const share = behindMs / (hours * HOUR_MS);
    if (share < 0.1) return [];
    return [
      { verdict: share >= 0.5 ? 'problem' : 'warning', what: `${partition} is ${durationText(behindMs)} behind` },
    ];
  });
  const oldest = Math.max(0, ...backlogs.map(({ behindMs }) => behindMs));
  return allOf(
    'stream-retention',
    lookedAt,
    `at most ${durationText(oldest)} behind`,
    bad,
    'raise the retention of the stream now (it works at once), then see why the pipeline is behind',
  );
}
