import type { KafkaMappingFacts, TopicFacts } from '../stack/stack-facts.ts';
import { grouped } from '../text.ts';
import { ok, warning, type Finding } from './finding.ts';

/** The topic, as far as the pipeline's own records and the mapping tell: how far it is behind, its metrics say. */
export function topicChecks({ name, incarnations }: TopicFacts, { pollers }: KafkaMappingFacts): Finding[] {
  const [newest, ...earlier] = incarnations;
  const lookedAt = 'the topic has been read';
  if (newest === undefined)
    return [
      warning(
        'topic',
        lookedAt,
        `${name} has not, so nothing is known of it`,
        'see whether the pipeline runs and the topic has records; then look again',
      ),
    ];
  const read = `${name}, ${grouped(newest.partitions)} partitions, id ${newest.id}, first on ${new Date(newest.firstReadMs).toISOString().slice(0, 10)}`;
  const before =
    earlier.length === 0
      ? ''
      : `; made again since, the logs of ${grouped(earlier.length)} earlier topics of this name are not looked at`;
  return [
    ok('topic', lookedAt, `${read}${before}`),
    ...(pollers === undefined ? [] : [idlePollers(pollers, newest.partitions)]),
  ];
}

/** A partition has one poller at most. */
function idlePollers({ min = 1 }: NonNullable<KafkaMappingFacts['pollers']>, partitions: number): Finding {
  const lookedAt = `no more pollers than the topic has partitions (${grouped(partitions)})`;
  return min <= partitions
    ? ok('topic-pollers', lookedAt, `at least ${min}`)
    : warning(
        'topic-pollers',
        lookedAt,
        `at least ${min}`,
        `${grouped(min - partitions)} of them are paid and poll nothing: lower minPollers`,
      );
}
