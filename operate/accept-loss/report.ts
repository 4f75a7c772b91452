import type { Topology } from '../../engine/topology.ts';
import { partitionNoun } from '../place.ts';
import { grouped } from '../text.ts';
import type { LossReport } from './accept-loss.ts';

/** For people: what is left out, then what the log says of it. */
export function lossText(topology: Pick<Topology, 'source'>, report: LossReport): string {
  const {
    range: { partition, from, to },
    source,
    logId,
    outcome,
    reached,
    version,
    lossesAccepted,
  } = report;
  const range = to === 'end' ? `all behind offset ${reached}` : `offsets ${from} up to ${to}, that one not included`;
  const verdicts = {
    accepted: `accepted: version ${grouped(version)} of ${logId} goes on without them`,
    'accepted already': `accepted already: nothing was written, ${logId} is at version ${grouped(version)}`,
    'not written': `dry run: nothing was written, ${logId} is at version ${grouped(version)}`,
  };
  return [
    `${partitionNoun(topology.source)} ${partition} of ${source}: ${range}`,
    ...(outcome === 'accepted already' ? [] : [`  ${lostText(report)}`]),
    `${verdicts[outcome]}; losses accepted: ${grouped(lossesAccepted)}`,
  ].join('\n');
}

/** For programs: offsets as decimal text, for they are larger than numbers may be. */
export function lossJson({
  range: { partition, from, to },
  logId,
  outcome,
  reached,
  version,
  lossesAccepted,
  lost,
}: LossReport): string {
  const records =
    lost === undefined
      ? null
      : { count: lost.records, isAll: lost.isAll, oldest: moment(lost.oldestMs), newest: moment(lost.newestMs) };
  return JSON.stringify({
    partition,
    from: String(from),
    to: String(to),
    reached: String(reached),
    outcome,
    logId,
    version,
    lossesAccepted,
    records,
  });
}

function lostText({ range: { to }, lost }: LossReport): string {
  if (to === 'end') return 'the stream has forgotten the shard: nothing tells how many records that were';
  if (lost === undefined)
    return 'the brokers were not asked, the range is taken from the error of the function: nothing tells how many records that are';
  if (lost.records === 0 && lost.isAll)
    return 'the source has none of it any more: nothing tells how many records that were';
  const count = `${lost.isAll ? '' : 'at least '}${grouped(lost.records)} record${lost.records === 1 ? '' : 's'} that the source still has`;
  return lost.oldestMs === undefined
    ? count
    : `${count}, arrived from ${moment(lost.oldestMs)} to ${moment(lost.newestMs)}`;
}

function moment(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}
