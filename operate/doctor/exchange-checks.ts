import type { Topology } from '../../engine/topology.ts';
import type { PartitionReport } from '../inspect/partition-report.ts';
import type { RingMappingFacts } from '../stack/stack-facts.ts';
import { grouped } from '../text.ts';
import { allOf, ok, problem, type Bad, type Finding } from './finding.ts';
import { lastInvocationFailed } from './mapping-checks.ts';

/** Fewer rows say nothing about how they are spread. */
const LEAST_ROWS = 10_000;
/** So many times its share of the rows make a receiver hot. */
const HOT = 3;

/** Of the receivers of exchanges; none where there is no exchange. */
export function receiverChecks(reports: readonly PartitionReport[], slots: number): Finding[] {
  const receivers = reports.filter(({ exchange, fault }) => exchange !== null && fault === null);
  return receivers.length === 0 ? [] : [behind(receivers, slots), full(receivers, slots), spread(receivers)];
}

function behind(receivers: readonly PartitionReport[], slots: number): Finding {
  const bad = receivers.flatMap(({ partition, mostUnread }): Bad[] =>
    mostUnread !== null && mostUnread.commits >= slots / 2
      ? [
          {
            verdict: 'warning',
            what: `${partition} has not taken ${grouped(mostUnread.commits)} commits of ${mostUnread.sender}`,
          },
        ]
      : [],
  );
  return allOf(
    'receivers-behind',
    `every receiver has taken all but the last ${slots / 2 - 1} commits of each sender`,
    countOf(receivers),
    bad,
    'read the errors in the log of the receiver function; without errors, see whether the mapping of its queue is enabled and whether Lambda throttles it; a shard that commits often needs a shorter paceMs',
  );
}

function full(receivers: readonly PartitionReport[], slots: number): Finding {
  const waitedFor = new Map<string, string[]>();
  for (const { partition, mostUnread } of receivers) {
    if (mostUnread === null || mostUnread.commits < slots) continue;
    waitedFor.set(mostUnread.sender, [...(waitedFor.get(mostUnread.sender) ?? []), partition]);
  }
  const bad = [...waitedFor].map(([sender, by]): Bad => ({
    verdict: 'problem',
    what: `${sender} waits for ${by.join(', ')}`,
  }));
  return allOf(
    'sender-rings',
    `no sender waits for a receiver: its log holds ${slots} commits`,
    countOf(receivers),
    bad,
    'nothing is lost while the retention of the source lasts: get those receivers on, and the sender goes on by itself',
  );
}

/** Keys are spread by their hash, so it is not many keys that one receiver has, but one that has many rows. Those that are going have shared them otherwise. */
function spread(all: readonly PartitionReport[]): Finding {
  const receivers = all.filter(({ isGoing }) => isGoing !== true);
  const bad = [...Map.groupBy(receivers, ({ exchange }) => exchange).values()].flatMap((own): Bad[] => {
    const rows = own.reduce((sum, { recordsIn }) => sum + recordsIn, 0);
    if (own.length === 1 || rows < LEAST_ROWS) return [];
    const least = Math.min(0.9, HOT / own.length) * rows;
    return own.flatMap(({ partition, recordsIn }): Bad[] =>
      recordsIn >= least
        ? [
            {
              verdict: 'warning',
              what: `${partition} has ${Math.floor((recordsIn / rows) * 100)} % of ${grouped(rows)} rows`,
            },
          ]
        : [],
    );
  });
  return allOf(
    'receivers-even',
    'no receiver has far more rows than the others',
    countOf(receivers),
    bad,
    'a key with most of the rows keeps one receiver busy, and more receivers do not help: use a finer key, or group by it and something else first and by it alone behind that',
  );
}

const countOf = ({ length }: readonly PartitionReport[]): string =>
  `${grouped(length)} receiver${length === 1 ? '' : 's'}`;

/** What calls the receivers. Without it the tick rings into a queue that nothing reads. */
export function ringChecks({ sendsTo }: Pick<Topology, 'sendsTo'>, mappings: readonly RingMappingFacts[]): Finding[] {
  if (sendsTo === undefined) return [];
  const lookedAt = 'the mapping of the queue calls the receiver function';
  const again = 'no receiver works, their keys get no results, and in the end the senders wait: deploy the stack again';
  if (mappings.length === 0) return [problem('rings-mapping', lookedAt, 'none', again)];
  const states = mappings.map(({ state = 'nothing' }) => state).join(', ');
  if (mappings.some(({ state }) => state !== 'Enabled')) return [problem('rings-mapping', lookedAt, states, again)];
  return [ok('rings-mapping', lookedAt, states), failures(mappings), ...filtered(mappings), lastCalls(mappings)];
}

function failures(mappings: readonly RingMappingFacts[]): Finding {
  const lookedAt = 'a receiver that fails is a failure of its own rings';
  return mappings.every(({ hearsItemFailures }) => hearsItemFailures)
    ? ok('rings-failures', lookedAt, 'ReportBatchItemFailures')
    : problem(
        'rings-failures',
        lookedAt,
        'nothing',
        'rings of receivers that failed are taken for answered, and wait for the tick: deploy the stack again',
      );
}

function filtered(mappings: readonly RingMappingFacts[]): Finding[] {
  const filters = mappings.reduce((sum, mapping) => sum + mapping.filters, 0);
  const lookedAt = 'no filter of rings (0)';
  return [
    filters === 0
      ? ok('rings-filter', lookedAt, '0')
      : problem(
          'rings-filter',
          lookedAt,
          String(filters),
          'Lambda drops rings that do not match, and their receivers wait for nothing: deploy the stack again',
        ),
  ];
}

function lastCalls(mappings: readonly RingMappingFacts[]): Finding {
  const lookedAt = 'the last call of receivers succeeded';
  const failed = mappings.find((mapping) => lastInvocationFailed(mapping));
  return failed === undefined
    ? ok('rings-last-result', lookedAt, mappings[0]?.lastProcessingResult ?? 'nothing yet')
    : problem(
        'rings-last-result',
        lookedAt,
        failed.lastProcessingResult ?? '',
        'read the error in the log of the receiver function; its rings come again until it succeeds',
      );
}
