/**
 * What must hold of a world with an exchange once its faults have stopped: rows are held against a plain program that
 * knows neither receivers nor the order in which they took what (PL-44).
 */
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { LateRecord } from '../../../engine/outputs.ts';
import type { Topology } from '../../../engine/topology.ts';
import { checkPicky, checkRefused, compare, linesIn, newestOf, sorted, type Line } from '../check-results.ts';
import { checkChain, checkRebuild, ofWriter, type Ended } from '../checks.ts';
import { nameOf, partitionOf, type Plan } from '../plan.ts';
import { endsBefore } from '../lineage.ts';
import { finalsAgain, lastReceiving, placesKeys, receiversEver, type PlannedExchange } from '../plan/exchange.ts';
import type { PlainExchanged, PlainFinal } from '../pipelines/simulated-pipeline.ts';
import type { Expected, SaidRow, SentRow } from '../reference.ts';
import { Speakers } from '../speakers.ts';
import { violation } from '../world/functions.ts';
import type { Readers } from '../world/sinks.ts';

type World = Pick<Ended, 'plan' | 'storage' | 'readers' | 'random'>;

/** @throws VIOLATION at the first that does not hold */
export async function checkExchange(world: World, planned: PlannedExchange, expected: Expected): Promise<void> {
  const { plan, storage, readers } = world;
  const { exchanged } = plan.pipeline as { readonly exchanged: PlainExchanged };
  const isLate = (row: SentRow) => exchanged.isLate(row, plan.settings);
  const inTime = Map.groupBy(
    expected.sent.filter((row) => !isLate(row)),
    ({ row }) => row.place,
  );
  const first = placesKeys(planned)
    ? new Map([...inTime].map(([key, rows]) => [key, exchanged.finals(rows, plan.settings)]))
    : lastOf(expected.rows);
  const crossed = [
    ...(placesKeys(planned) ? [expected.sent.length] : []),
    ...(planned.shape === 'one' ? [] : [[...first.values()].flat().length]),
  ];
  await checkReceivers(world, planned, crossed);
  const speakers = new Speakers(plan, storage);
  checkFinals(
    planned.shape === 'one' ? first : finalsAgain([...first.values()].flat(), plan.settings),
    readers,
    speakers,
  );
  checkPicky({ speakers }, readers);
  const before: Expected = { ...expected, dead: new Set(), late: new Set() };
  if (placesKeys(planned)) checkLate(expected.sent.filter(isLate), plan, readers);
  checkRefused({ expected, before, speakers }, readers, placesKeys(planned) ? ['dead'] : ['late', 'dead']);
}

/** Of each window the last that came out. */
function lastOf(rows: Expected['rows']): Map<string, PlainFinal[]> {
  return new Map(
    [...rows].map(([key, those]) => [
      key,
      [...Map.groupBy(those, ({ windowStartMs }) => windowStartMs).values()].map(
        (revisions) => revisions.toSorted((a, b) => a.revision - b.revision).at(-1) as SaidRow,
      ),
    ]),
  );
}

/**
 * Each has taken all that there is of every sender, and no row is lost or taken twice between them.
 *
 * @param crossed rows that go through each exchange
 */
async function checkReceivers(
  { plan, storage, random }: World,
  planned: PlannedExchange,
  crossed: readonly number[],
): Promise<void> {
  const newest = endsBefore(plan.shards, undefined);
  let senders = newest.map((shard) => logIdOf(partitionOf(shard)));
  const ever = receiversEver(plan);
  for (const [i, receiving] of planned.receiving.entries()) {
    const wanted = senders.map((logId) => `${logId} ${storage.history.get(logId)?.length ?? 0}`);
    const there = ever.filter(({ place }) => place === i);
    let rows = 0;
    for (const { logId, isFollowed } of there) {
      const history = storage.history.get(logId) ?? [];
      checkChain(logId, history);
      const head = history.at(-1);
      rows += head?.counters.recordsIn ?? 0;
      if (isFollowed !== (head?.sealedFor ?? []).length > 0)
        throw violation(`${logId} has ${isFollowed ? 'not ended' : 'ended'}`);
      const taken = (head?.positions ?? []).map(
        ({ logId: sender, version }) =>
          `${sender} ${version + emptyBehind(plan, storage.history.get(sender), version)}`,
      );
      if (!isFollowed) compare(`what ${logId} has taken`, sorted(wanted), sorted(taken));
      const definition = ofWriter([receiving, lastReceiving(plan)[i] as Topology], head) ?? receiving;
      const log = await checkRebuild(plan, definition, logId, { storage, random });
      if (log.state.pending !== undefined) throw violation(`${logId}: a move to ${log.state.watermarkMs} is not done`);
    }
    if (rows !== crossed[i]) throw violation(`${rows} rows were taken of ${crossed[i]} that were sent`);
    senders = there.filter(({ isFollowed }) => !isFollowed).map(({ logId }) => logId);
  }
}

/** Where records expire, logs go on to say that they were read: the last of these entries may wait for the next tick. */
function emptyBehind({ settings }: Plan, history: readonly LogEntry[] = [], version: number): number {
  const taken = history[version - 1];
  const rest = history.slice(version);
  const isEmpty = ({ sent, sealedFor }: LogEntry) =>
    sent?.rows === undefined && sealedFor.length === 0 && sent?.watermarkMs === taken?.sent?.watermarkMs;
  return settings.retentionMs < Infinity && taken !== undefined && rest.every(isEmpty) ? rest.length : 0;
}

/** What stands in the end, and no revision that says less than one before it. */
function checkFinals(
  finals: ReadonlyMap<string, readonly PlainFinal[]>,
  { table, lake }: Readers,
  speakers: Speakers,
): void {
  const lines = linesIn<Line>(lake, 'results');
  const standing = (rows: ReadonlyArray<PlainFinal & { readonly retracted?: boolean }>) =>
    sorted(rows.filter(({ retracted }) => retracted !== true).map(textOf));
  for (const key of new Set([...finals.keys(), ...lines.map((line) => line.key)])) {
    const said = lines.filter((line) => line.key === key);
    const wanted = sorted((finals.get(key) ?? []).map(textOf));
    const [newest, stored] = [newestOf(said, speakers), table.results.filter((row) => row.key === key)];
    compare(`${key} in the lake`, wanted, standing(newest));
    compare(`${key} in the table`, wanted, standing(stored));
    compare(`the rest of ${key} in the table`, sorted(newest.map(laterOf)), sorted(stored.map(laterOf)));
    for (const revisions of Map.groupBy(
      said,
      ({ windowStartMs, windowEndMs }) => `${windowStartMs}-${windowEndMs}`,
    ).values())
      checkRevisions(key, revisions);
  }
}

function checkRevisions(key: string, lines: readonly Line[]): void {
  let before = 0;
  let isLater = false;
  for (const { retracted, values, revision, windowStartMs } of [...lines].sort((a, b) => a.revision - b.revision)) {
    if (retracted === true) continue;
    const { readings } = values as { readonly readings: number };
    if (isLater && !('lowest' in values))
      throw violation(`${key} at ${windowStartMs}: revision ${revision} is of a definition that was replaced`);
    isLater ||= 'lowest' in values;
    if (readings < before)
      throw violation(`${key} at ${windowStartMs}: revision ${revision} counts ${readings} after ${before}`);
    before = readings;
  }
}

/** Each once, with the sender that it came from and the time that this one had (PL-29). */
function checkLate(rows: readonly SentRow[], plan: Plan, { lake }: Readers): void {
  const logs = new Map(plan.shards.map((shard) => [nameOf(shard), logIdOf(partitionOf(shard))]));
  const wanted = rows.map(({ log, row, watermarkMs }) =>
    JSON.stringify([logs.get(log), row.place, row.atMs, watermarkMs, JSON.stringify(row)]),
  );
  const got = [...lake]
    .filter(([id]) => id.startsWith('late/'))
    .map(([, line]) => {
      const { headers, key, eventTimeMs, watermarkMs, data } = JSON.parse(line) as LateLine;
      const sender = headers?.find(({ name }) => name === 'tidemark-sender');
      const text = new TextDecoder().decode(Uint8Array.from(data));
      return JSON.stringify([
        sender !== undefined && 'text' in sender ? sender.text : '',
        key,
        eventTimeMs,
        watermarkMs,
        text,
      ]);
    });
  compare('late', sorted(wanted), sorted(got));
}

type LateLine = Omit<LateRecord, 'data'> & { readonly data: readonly number[] };

/** Without what only a later definition says: it depends on which rows came once it was there. */
function textOf({ windowStartMs, windowEndMs, values }: PlainFinal): string {
  const { lowest: _, ...known } = values;
  return JSON.stringify([windowStartMs, windowEndMs, known]);
}

const laterOf = ({ windowStartMs, values }: Pick<PlainFinal, 'windowStartMs' | 'values'>): string =>
  JSON.stringify([windowStartMs, values['lowest']]);
