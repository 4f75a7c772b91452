import Table from 'cli-table3';
import { bytesText, durationText, grouped } from '../text.ts';
import type { PartitionNoun } from '../place.ts';
import type { PartitionReport } from './partition-report.ts';

type Cell = (report: PartitionReport) => string;

/** Head of the first column, until it is known what the source calls it. */
const PARTITION = 'partition';

const COLUMNS: ReadonlyArray<readonly [head: string, align: 'left' | 'right', cell: Cell]> = [
  [PARTITION, 'left', ({ partition }) => partition.replace(/^shardId-0*(?=\d)/, '')],
  ['version', 'right', ({ version }) => grouped(version)],
  ['reached', 'left', ({ reached }) => (reached === null ? '' : `…${reached.slice(-10)}`)],
  ['watermark', 'left', ({ watermark }) => watermark?.slice(0, 19).replace('T', ' ') ?? 'none yet'],
  ['behind', 'right', ({ lagMs }) => (lagMs === null ? '' : durationText(lagMs))],
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

const legend = (noun: PartitionNoun): string =>
  `behind: the furthest ${noun} · losses: accepted with tidemark accept-loss · state: snapshot and deltas since · snapshot: so many versions ago · undelivered: not known to be, as the newest rows are until the next commit; missing: of those looked for in the result table`;

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

/** The reports as a table for people, faults in full below it. */
export function inspectTable(reports: readonly PartitionReport[], noun: PartitionNoun): string {
  const table = new Table({
    head: COLUMNS.map(([head]) => (head === PARTITION ? noun : head)),
    colAligns: COLUMNS.map(([, align]) => align),
    style: { head: [], border: [], compact: true },
  });
  for (const report of reports)
    table.push(
      COLUMNS.map(([head, , cell]) => (report.verified || KNOWN_OF_FAULTY.includes(head) ? cell(report) : '')),
    );
  const faults = reports.flatMap(({ partition, fault }) =>
    fault === null ? [] : [`${partition}: ${fault.code}: ${fault.text}`],
  );
  return [table.toString(), legend(noun), ...faults].join('\n');
}
