import { durationText, grouped } from '../text.ts';
import { allOf, type Bad, type Finding } from './finding.ts';

/** What a topic's brokers and its pipeline say of one partition. Offsets are those of the record that comes next. */
export interface UnreadPartition {
  readonly partition: string;
  /** Of the oldest record that is still there. */
  readonly start: bigint;
  readonly end: bigint;
  /** Behind all that is counted. */
  readonly counted: bigint;
  /** Where the consumer group goes on; undefined when it has taken nothing. */
  readonly committed: bigint | undefined;
  /** The oldest record that is there and not counted; undefined when there is none. */
  readonly oldest: { readonly offset: bigint; readonly ageMs: number } | undefined;
}

/** A topic as its brokers keep it. */
export interface BrokerFacts {
  readonly name: string;
  readonly partitions: number;
  /** How many it had when the pipeline first read it; undefined: it has not. */
  readonly partitionsOnRecord: number | undefined;
  /** `cleanup.policy`, e.g. `delete` or `compact,delete` */
  readonly cleanupPolicy: string;
  /** `retention.ms`; Infinity for -1. */
  readonly retentionMs: number;
  /** Partitions whose logs can be read. */
  readonly unread: readonly UnreadPartition[];
}

/** What can go wrong between a topic and what is counted of it. */
export function unreadChecks(topic: BrokerFacts): Finding[] {
  return [partitionCount(topic), cleanup(topic), offsets(topic), lost(topic), retention(topic), group(topic)];
}

function partitionCount({ name, partitions, partitionsOnRecord: first }: BrokerFacts): Finding {
  const found = `${name}, ${grouped(partitions)} partitions`;
  const grew: Bad[] =
    first === undefined || first === partitions
      ? []
      : [{ verdict: 'problem', what: `${found}, ${grouped(first)} when it was first read` }];
  return allOf(
    'topic-partitions',
    'the topic keeps its partitions: another one moves keys away from their state',
    found,
    grew,
    'make a topic with as many partitions, let the producers change over, and read it with a pipeline of another name',
  );
}

/** Compaction removes records whether they are counted or not. */
function cleanup({ cleanupPolicy: policy }: BrokerFacts): Finding {
  const bad: Bad[] = policy.split(',').includes('compact') ? [{ verdict: 'warning', what: policy }] : [];
  return allOf(
    'topic-cleanup',
    'the topic keeps each record until its retention is over (cleanup.policy=delete)',
    policy,
    bad,
    'set cleanup.policy=delete: of each key all but the newest record may go before it is counted',
  );
}

/** Offsets that ran backwards: the cluster has lost what was counted, and what comes is something else (PL-11). */
function offsets({ unread }: BrokerFacts): Finding {
  const bad = unread
    .filter(({ end, counted }) => counted > end)
    .map(({ partition, end, counted }): Bad => ({
      verdict: 'problem',
      what: `${partition} ends at ${end}, counted up to ${counted}`,
    }));
  return allOf(
    'topic-offsets',
    'no partition ends before what is counted',
    'none',
    bad,
    'records were lost by the cluster: make the topic anew, or start over under a new pipeline name',
  );
}

/** Behind what is counted there may be markers of transactions: the group goes on behind those. */
function lost({ unread }: BrokerFacts): Finding {
  const bad = unread
    .filter(({ start, counted, committed = 0n }) => start > counted && start > committed)
    .map(({ partition, start, counted }): Bad => ({
      verdict: 'problem',
      what: `${partition} begins at ${start}, counted up to ${counted}`,
    }));
  return allOf(
    'topic-lost',
    'nothing was removed before it was counted',
    'nothing',
    bad,
    'raise retention.ms and retention.bytes, then see why the pipeline is behind; what is gone cannot be counted any more',
  );
}

const NOTHING = { ageMs: 0 };

/** Records that are not read in time are gone. */
function retention({ retentionMs, unread }: BrokerFacts): Finding {
  const lookedAt = `unread records are far younger than the retention of ${Number.isFinite(retentionMs) ? durationText(retentionMs) : 'any age'}`;
  const bad = unread.flatMap(({ partition, oldest: { ageMs } = NOTHING }): Bad[] => {
    const share = ageMs / retentionMs;
    return share < 0.1
      ? []
      : [{ verdict: share >= 0.5 ? 'problem' : 'warning', what: `${partition} is ${durationText(ageMs)} behind` }];
  });
  const oldestMs = Math.max(0, ...unread.map(({ oldest: { ageMs } = NOTHING }) => ageMs));
  return allOf(
    'topic-retention',
    lookedAt,
    `at most ${durationText(oldestMs)} behind`,
    bad,
    'raise retention.ms of the topic now (it works at once), then see why the pipeline is behind',
  );
}

/** A group that is ahead never hands over what lies between: somebody has set it. */
function group({ unread }: BrokerFacts): Finding {
  const bad = unread.flatMap(({ partition, committed, counted, oldest }): Bad[] =>
    committed === undefined || oldest === undefined || oldest.offset >= committed
      ? []
      : [{ verdict: 'problem', what: `${partition} goes on at ${committed}, counted up to ${counted}` }],
  );
  const begun = unread.filter(({ committed }) => committed !== undefined).length;
  return allOf(
    'group',
    'the consumer group goes on at what is not counted yet, or before',
    `${grouped(begun)} of ${grouped(unread.length)} partitions begun`,
    bad,
    'set the offsets of the group back while nothing runs: what is counted already is recognised',
  );
}
