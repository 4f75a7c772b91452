import Table from 'cli-table3';
import { lossText } from '../../engine/expired-unread.ts';
import { bytesText, durationText, grouped } from '../text.ts';
import type { PartitionNoun } from '../place.ts';
import type { PartitionReport } from './partition-report.ts';

type Cell = (report: PartitionReport) => string;

/** Head of the first column, until it is known what the source calls it. */
const PARTITION = 'partition';

/** Head of the column that receivers of an exchange alone have. */
const UNREAD = 'unread';

const COLUMNS: ReadonlyArray<readonly [head: string, align: 'left' | 'right', cell: Cell]> = [
  [PARTITION, 'left', ({ partition }) => partition.replace(/(^|\/)shardId-0*(?=\d)/, '$1')],
  ['version', 'right', ({ version }) => grouped(version)],
  ['reached', 'left', ({ reached }) => (reached === null ? '' : `…${reached.slice(-10)}`)],
  ['watermark', 'left', ({ watermark }) => watermark?.slice(0, 19).replace('T', ' ') ?? 'none yet'],
  ['behind', 'right', ({ lagMs }) => (lagMs === null ? '' : durationText(lagMs))],
  [UNREAD, 'right', ({ unread }) => (unread === null ? '' : grouped(unread))],
  ['in', 'right', ({ recordsIn }) => grouped(recordsIn)],
  ['counted', 'right', ({ counted }) => grouped(counted)],
  ['late', 'right', ({ late }) => grouped(late)],
  ['dead', 'right', ({ deadLetters }) => grouped(deadLetters)],
  ['losses', 'right', ({ lossesAccepted }) => grouped(lossesAccepted)],
  ['windows', 'right', ({ openWindows }) => grouped(openWindows)],
  ['entries', 'right', ({ stateEntries }) => grouped(stateEntries)],
  ['state', 'right', ({ stateBytes }) => bytesText(stateBytes)],
  [
    'snapshot',
    'right',
    ({ snapshotVersion, snapshotAge }) => (snapshotVersion === 0 ? 'none' : `${grouped(snapshotAge)} ago`),
  ],
  ['undelivered', 'right', undeliveredText],
  ['log', 'left', ({ status, verified }) => (verified ? status : 'FAULTY')],
];

const KNOWN_OF_FAULTY: readonly string[] = [PARTITION, 'log'];

/** @example 'r0 … r3: receivers of by-destination' · 'by-destination/r0 … all/r0: receivers of by-destination, all' */
function receiversText(receivers: readonly PartitionReport[]): string {
  const exchanges = [...new Set(receivers.map(({ exchange }) => exchange))].join(', ');
  const text = `${receivers[0]?.partition} … ${receivers.at(-1)?.partition}: receivers of ${exchanges}`;
  return receivers.length === 0 ? '' : `${text}, of which in counts rows, and unread commits of their senders · `;
}

const legend = (noun: PartitionNoun, receivers: readonly PartitionReport[]): string =>
  `${receiversText(receivers)}behind: the furthest ${noun} · losses: accepted with tidemark accept-loss · state: snapshot and deltas since · snapshot: so many versions ago · undelivered: not known to be, as the newest rows are until the next commit; missing: of those looked for in the result table`;

/** @example '13 rows since 2026-01-01 12:00, 9 of 10 missing' */
function undeliveredText({
  undelivered,
  undeliveredRows: rows,
  undeliveredSince: since,
  lookedFor,
  missing,
}: PartitionReport): string {
  if (undelivered === 0) return '0';
  const age = since === null ? '' : ` since ${since.slice(0, 16).replace('T', ' ')}`;
  return `${grouped(rows)} ${rows === 1 ? 'row' : 'rows'}${age}${missing === 0 ? '' : `, ${missing} of ${lookedFor} missing`}`;
}

/** The reports as a table for people, what may have been lost and faults in full below it. */
export function inspectTable(reports: readonly PartitionReport[], noun: PartitionNoun): string {
  const receivers = reports.filter(({ exchange }) => exchange !== null);
  const columns = COLUMNS.filter(([head]) => head !== UNREAD || receivers.length > 0);
  const table = new Table({
    head: columns.map(([head]) => (head === PARTITION ? noun : head)),
    colAligns: columns.map(([, align]) => align),
    style: { head: [], border: [], compact: true },
  });
  for (const report of reports)
    table.push(
      columns.map(([head, , cell]) => (report.verified || KNOWN_OF_FAULTY.includes(head) ? cell(report) : '')),
    );
  const faults = reports.flatMap(({ partition, fault }) =>
    fault === null ? [] : [`${partition}: ${fault.code}: ${fault.text}`],
  );
  const losses = reports.flatMap(({ partition, possibleLoss }) =>
    possibleLoss === null ? [] : [lossText(partition, possibleLoss)],
  );
  return [table.toString(), legend(noun, receivers), ...losses, ...faults].join('\n');
}
