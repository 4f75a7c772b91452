import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import type { Contents, Lived } from '../contents.ts';
import { receiversEver } from '../plan/exchange.ts';

/** What an exchange had in it; zeros where there is none. */
export function crossedIn({ plan, storage, fullRings, receivers }: Lived): Contents {
  const { exchange } = plan;
  const here = exchange === undefined ? 0 : 1;
  const ever = receiversEver(plan);
  const ids = ever.map(({ logId }) => logId);
  const taking = ids.map((logId) => storage.history.get(logId) ?? []);
  const sending = [...storage.history].filter(([logId]) => exchange !== undefined && !ids.includes(logId));
  const sent = [...storage.history.values()].flatMap((entries) => entries.flatMap((entry) => entry.sent ?? []));
  const counted = taking.map((entries) => entries.at(-1)?.counters);
  const sum = (of: (counters: LogEntry['counters']) => number) =>
    counted.reduce((all, counters) => all + (counters === undefined ? 0 : of(counters)), 0);
  return {
    'exchange: two in a row': exchange?.shape === 'two' ? 1 : 0,
    'exchange: of results only': exchange?.shape === 'results' ? 1 : 0,
    'exchange: source made again': plan.shards.some(({ deletedAtMs }) => deletedAtMs < Infinity) ? here : 0,
    'exchange: source renamed': plan.renaming === undefined ? 0 : here,
    'exchange: windows behind it': exchange?.pipeline.name === 'aligned windows' ? 1 : 0,
    'exchange: sessions behind it': exchange?.pipeline.name === 'sessions' ? 1 : 0,
    'exchange: receivers': ever.filter(({ isFollowed }) => !isFollowed).length,
    'exchange: calls of a definition that cannot read the log': receivers?.refused ?? 0,
    'exchange: receivers that others took over from': ever.filter(({ isFollowed }) => isFollowed).length,
    'exchange: entries behind the cut for earlier receivers': [...storage.history.values()].reduce(
      (all, entries) => all + behindCut(entries),
      0,
    ),
    'exchange: rows crossed': sum(({ recordsIn }) => recordsIn),
    'exchange: rows late at receivers': sum(({ late }) => late),
    'exchange: entries with rows': sent.filter(({ rows }) => rows !== undefined).length,
    'exchange: entries with rows in objects': sent.filter(({ rows }) => rows !== undefined && 'blobKey' in rows).length,
    'exchange: senders without a record': sending.filter(([, entries]) => entries.at(-1)?.counters.recordsIn === 0)
      .length,
    'exchange: commits of receivers': taking.reduce((all, { length }) => all + length, 0),
    'exchange: seals taken by receivers': taking.reduce((all, entries) => all + sealsIn(entries), 0),
    'exchange: calls of receivers': receivers?.calls ?? 0,
    'exchange: rings of a pace': exchange?.paceMs === 0 ? 0 : (receivers?.doorbells.rings ?? 0),
    'exchange: clocks of containers far apart': receivers?.doorbells.areClocksFarApart === true ? 1 : 0,
    'exchange: rings left out': receivers?.doorbells.leftOut ?? 0,
    'exchange: receivers killed': receivers?.killed ?? 0,
    'exchange: calls of a broken receiver': receivers?.brokenCalls ?? 0,
    'exchange: a log of a receiver throttled': exchange?.broken?.what === 'log' ? 1 : 0,
    'exchange: source without partition key': exchange?.isKeyed === false ? 1 : 0,
    'exchange: early results by the clock': exchange !== undefined && plan.settings.earlyMs > 0 ? 1 : 0,
    'exchange: moves of a receiver by the clock': taking.reduce((all, entries) => all + clockMovesIn(entries), 0),
    'exchange: batches and ticks before a full ring': exchange === undefined ? 0 : fullRings,
  };
}

/** A sender whose seal was taken is done, or gone from the list. */
function sealsIn(entries: readonly LogEntry[]): number {
  return entries.reduce((seals, { positions }, i) => {
    const before = (entries[i - 1]?.positions ?? []).filter(({ isDone }) => !isDone);
    const live = new Set(positions.filter(({ isDone }) => !isDone).map(({ logId }) => logId));
    return seals + before.filter(({ logId }) => !live.has(logId)).length;
  }, 0);
}

/** Commits without an entry, that is for the clock alone. */
function clockMovesIn(entries: readonly LogEntry[]): number {
  return entries.filter(({ from, reached }, i) => from === reached && entries[i - 1]?.pending === undefined).length;
}

/** Old code has written them once newer code had. */
function behindCut(entries: readonly LogEntry[]): number {
  let newest = 0;
  return entries.filter(({ sent }) => {
    if (sent === undefined) return false;
    newest = Math.max(newest, sent.generation);
    return sent.generation < newest;
  }).length;
}
