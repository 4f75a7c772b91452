import type { Remaining } from '../../engine/ports.ts';
import type { SourcePartition } from '../../engine/record.ts';
import { lossText } from '../../engine/expired-unread.ts';
import { days } from '../../engine/time/duration.ts';
import { looksLikeSeconds } from '../../engine/time/unit-hint.ts';
import type { PartitionReport } from '../inspect/partition-report.ts';
import type { PartitionNoun } from '../place.ts';
import { durationText, grouped } from '../text.ts';
import { receiverChecks } from './exchange-checks.ts';
import { allOf, type Bad, type Finding } from './finding.ts';

/** A partition with its log, and what its source still has for it. */
export interface InspectedPartition {
  readonly report: PartitionReport;
  /** undefined: it is a receiver. */
  readonly partition?: SourcePartition | undefined;
  /** What lies above `reached`; undefined for one that is sealed or at fault, and where nobody has asked the source. */
  readonly remaining: Remaining | undefined;
}

/** Faults of the definition rather than of the log. */
const SCHEMA_FAULTS = ['STATE_SCHEMA_CHANGED', 'CODEC_UNKNOWN'];

/** An outbox reaches its sinks within the invocation that decided it; a function that is thought dead may hold it for one more. */
const LATE_DELIVERY_MS = 300_000;

/** So long a possible loss is told of [ms]. */
const LOSS_SHOWN_MS = days(30);

type Reports = readonly PartitionReport[];

/** What is known besides the logs. */
export interface Beside {
  readonly nowMs: number;
  /** The last invocation of the function ended with an error. */
  readonly isFailing: boolean;
}

/** What the logs themselves tell, wherever they are. */
export function logChecks(
  inspected: readonly InspectedPartition[],
  slots: number,
  noun: PartitionNoun,
  beside: Beside,
): Finding[] {
  const reports = inspected.map(({ report }) => report);
  const verified = reports.filter((report) => report.verified);
  return [
    logChain(reports, noun),
    stateSchema(reports, noun),
    withLog(inspected, noun),
    snapshotAge(verified, slots),
    undelivered(verified, slots, noun),
    delivery(verified, beside),
    counts(verified),
    expiredUnread(verified, noun, beside),
    deadLetters(verified),
    eventTimes(verified),
    ...receiverChecks(reports, slots),
  ];
}

function logChain(reports: Reports, noun: PartitionNoun): Finding {
  const bad = reports.flatMap(({ partition, fault }): Bad[] =>
    fault === null || SCHEMA_FAULTS.includes(fault.code)
      ? []
      : [{ verdict: 'problem', what: `${partition}: ${fault.code}: ${fault.text}` }],
  );
  return allOf(
    'log-chain',
    'every log is one chain and leads to its state hash',
    countOf(reports, noun),
    bad,
    'stop the pipeline, then restore the log table and the snapshots to one point in time',
  );
}

function stateSchema(reports: Reports, noun: PartitionNoun): Finding {
  const bad = reports.flatMap(({ partition, fault }): Bad[] =>
    fault !== null && SCHEMA_FAULTS.includes(fault.code)
      ? [{ verdict: 'problem', what: `${partition}: ${fault.text}` }]
      : [],
  );
  return allOf(
    'state-schema',
    'the definition can read the stored state',
    countOf(reports, noun),
    bad,
    'deploy the definition that wrote it, or start over under a new pipeline name',
  );
}

function withLog(inspected: readonly InspectedPartition[], noun: PartitionNoun): Finding {
  const bad = inspected.flatMap(({ report, remaining }): Bad[] =>
    report.status === 'empty' && remaining === 'records'
      ? [{ verdict: 'warning', what: `${report.partition} has records and no log` }]
      : [],
  );
  const empty = inspected.filter(({ report }) => report.status === 'empty');
  const without = empty.some(({ remaining }) => remaining === undefined)
    ? 'log so far: its source alone knows of records'
    : 'record so far';
  const all = countOf(
    inspected.map(({ report }) => report),
    noun,
  );
  const looked = empty.length === 0 ? all : `${all}, ${grouped(empty.length)} without a ${without}`;
  return allOf(
    `${noun}s-with-log`,
    `every ${noun} that has records has a log`,
    looked,
    bad,
    'see whether the pipeline runs: it begins a log with the first record',
  );
}

/** A snapshot is due at half the ring; at the whole ring no commit is possible any more (PL-3, PL-8). */
function snapshotAge(reports: Reports, slots: number): Finding {
  const bad = reports.flatMap(({ partition, snapshotAge: age }): Bad[] => {
    if (age <= slots / 2) return [];
    return [{ verdict: age > (slots * 3) / 4 ? 'problem' : 'warning', what: `${partition}: ${age} versions ago` }];
  });
  const oldest = Math.max(0, ...reports.map((report) => report.snapshotAge));
  return allOf(
    'snapshot-age',
    `snapshots are at most ${slots / 2} versions old, a ring has ${slots}`,
    `oldest ${oldest}`,
    bad,
    'see why snapshots cannot be written: at the end of the ring commits stop',
  );
}

/** The newest is known to be delivered with the next commit only, so one is at rest (PL-16). */
function undelivered(reports: Reports, slots: number, noun: PartitionNoun): Finding {
  const bad = reports.flatMap(({ partition, undelivered: waiting }): Bad[] => {
    if (waiting <= 1) return [];
    return [{ verdict: waiting > slots / 2 ? 'problem' : 'warning', what: `${partition}: ${waiting} outboxes` }];
  });
  return allOf(
    'undelivered',
    'results have reached their sinks, but for the newest commit',
    countOf(reports, noun),
    bad,
    'see why the result table or the lake refuses them; they are delivered first by the next batch',
  );
}

/**
 * The log alone cannot tell a newest outbox that waits from one that was delivered: rows that the result table does not
 * have, or a function that fails, can.
 */
function delivery(reports: Reports, { nowMs, isFailing }: Beside): Finding {
  const bad = reports.flatMap((report): Bad[] => {
    const {
      partition,
      undelivered: outboxes,
      undeliveredRows: rows,
      undeliveredSinceMs: sinceMs,
      undeliveredSince: since,
      lookedFor,
      missing,
    } = report;
    if (outboxes === 0 || (sinceMs !== null && nowMs - sinceMs < LATE_DELIVERY_MS)) return [];
    const age = sinceMs === null ? '' : ` since ${since} (${durationText(nowMs - sinceMs)})`;
    const what = `${partition}: ${grouped(rows)} rows${age}`;
    if (missing > 0)
      return [
        {
          verdict: sinceMs === null ? 'warning' : 'problem',
          what: `${what}, the result table has ${lookedFor - missing} of ${lookedFor} looked for`,
        },
      ];
    return isFailing
      ? [{ verdict: 'warning', what: `${what}, not known to be delivered, and the last invocation failed` }]
      : [];
  });
  const looked = reports.reduce((sum, { lookedFor }) => sum + lookedFor, 0);
  const onTheirWay = reports.reduce((sum, { missing }) => sum + missing, 0);
  const found =
    looked === 0
      ? 'nothing speaks against it'
      : `${grouped(looked)} results looked for, ${onTheirWay === 0 ? 'all found' : `${grouped(onTheirWay)} on their way`}`;
  const remedy =
    'its partition takes no record before: read SINK_UNAVAILABLE or SINK_REFUSED in the log of the function, which name sink and reason, ' +
    'such as a table, topic or stream that is gone or a missing right; once it takes rows, they are delivered first';
  return allOf('delivery', `no outbox has waited for more than ${durationText(LATE_DELIVERY_MS)}`, found, bad, remedy);
}

function counts(reports: Reports): Finding {
  const bad = reports.flatMap(({ partition, recordsIn, counted, late, deadLetters: dead }): Bad[] =>
    recordsIn === counted + late + dead
      ? []
      : [
          {
            verdict: 'problem',
            what: `${partition}: in ${recordsIn}, counted ${counted}, late ${late}, dead letters ${dead}`,
          },
        ],
  );
  const totalOf = (some: Reports): number => some.reduce((sum, { recordsIn }) => sum + recordsIn, 0);
  const [sources, receivers] = [reports.filter(isOfSource), reports.filter((report) => !isOfSource(report))];
  const rows = receivers.length === 0 ? '' : `, ${grouped(totalOf(receivers))} rows`;
  return allOf(
    'counts',
    'records in = counted + late + dead letters',
    `${grouped(totalOf(sources))} records${rows}`,
    bad,
    'report this as a defect, with the output of tidemark inspect --json',
  );
}

/** The log keeps it for ever; what is older was seen by then. */
function expiredUnread(reports: Reports, noun: PartitionNoun, { nowMs }: Beside): Finding {
  const bad = reports.flatMap(({ partition, possibleLoss }): Bad[] =>
    possibleLoss === null || possibleLoss.toMs < nowMs - LOSS_SHOWN_MS
      ? []
      : [{ verdict: 'warning', what: lossText(partition, possibleLoss) }],
  );
  return allOf(
    'expired-unread',
    `every ${noun} was read within the retention of its source`,
    countOf(reports, noun),
    bad,
    'compare the results of that time with what producers have sent; see why nothing ran, and give the stream a longer retention',
  );
}

function deadLetters(reports: Reports): Finding {
  const total = reports.reduce((sum, report) => sum + report.deadLetters, 0);
  const bad: Bad[] = total === 0 ? [] : [{ verdict: 'warning', what: `${grouped(total)} dead letters` }];
  return allOf(
    'dead-letters',
    'every record could be counted',
    'none',
    bad,
    'read the reasons under dead-letters/ in the lake (locally: tidemark dead-letters), correct producers or schema',
  );
}

/** Event times of 1970 are accepted; where all are, they may be of another unit. */
function eventTimes(reports: Reports): Finding {
  const marks = reports.flatMap(({ watermarkMs }) => watermarkMs ?? []);
  const isSuspect = marks.length > 0 && marks.every(looksLikeSeconds);
  const bad: Bad[] = isSuspect
    ? [{ verdict: 'warning', what: `every watermark is in 1970, ${Math.min(...marks)} ms and later` }]
    : [];
  return allOf(
    'event-times',
    'event times are in ms',
    'no sign of another unit',
    bad,
    'if they look like seconds: multiply by 1000 in the timestamp extractor, under a new pipeline name',
  );
}

const isOfSource = ({ exchange }: Pick<PartitionReport, 'exchange'>): boolean => exchange === null;

/** @example '4 shards', '4 shards and 2 receivers' */
function countOf(reports: Reports, noun: PartitionNoun): string {
  const sources = reports.filter(isOfSource).length;
  const receivers = reports.length - sources;
  const text = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
  return receivers === 0 ? text(sources, noun) : `${text(sources, noun)} and ${text(receivers, 'receiver')}`;
}
