import Table from 'cli-table3';
import { bytesText, durationText, grouped } from '../text.ts';
import type { ShardReport } from './shard-report.ts';

type Cell = (report: ShardReport) => string;

const COLUMNS: ReadonlyArray<readonly [head: string, align: 'left' | 'right', cell: Cell]> = [
  ['shard', 'left', ({ shard }) => shard.replace(/^shardId-0*(?=\d)/, '')],
  ['version', 'right', ({ version }) => grouped(version)],
  ['reached', 'left', ({ reached }) => (reached === null ? '' : `…${reached.slice(-10)}`)],
  ['watermark', 'left', ({ watermark }) => watermark?.slice(0, 19).replace('T', ' ') ?? 'none yet'],
  ['behind', 'right', ({ lagMs }) => (lagMs === null ? '' : durationText(lagMs))],
  ['in', 'right', ({ recordsIn }) => grouped(recordsIn)],
  ['counted', 'right', ({ counted }) => grouped(counted)],
  ['late', 'right', ({ late }) => grouped(late)],
  ['dead', 'right', ({ deadLetters }) => grouped(deadLetters)],
  ['windows', 'right', ({ openWindows }) => grouped(openWindows)],
  ['panes', 'right', (report) => grouped(report.openPanes)],
  ['state', 'right', ({ stateBytes }) => bytesText(stateBytes)],
  ['snapshot', 'right', ({ snapshotVersion, snapshotAge }) => (snapshotVersion === 0 ? 'none' : `${grouped(snapshotAge)} ago`)],
  ['undelivered', 'right', ({ undelivered }) => grouped(undelivered)],
  ['log', 'left', ({ status, verified }) => (verified ? status : 'FAULTY')],
];

const KNOWN_OF_FAULTY: readonly string[] = ['shard', 'log'];

const LEGEND = 'behind: the furthest shard · state: snapshot and deltas since · snapshot: so many versions ago · undelivered: 1 is the newest, known with the next commit';

/** The reports as a table for people, faults in full below it. */
export function inspectTable(reports: readonly ShardReport[]): string {
  const table = new Table({
    head: COLUMNS.map(([head]) => head),
    colAligns: COLUMNS.map(([, align]) => align),
    style: { head: [], border: [], compact: true },
  });
  for (const report of reports) table.push(COLUMNS.map(([head, , cell]) => (report.verified || KNOWN_OF_FAULTY.includes(head) ? cell(report) : '')));
  const faults = reports.flatMap(({ shard, fault }) => (fault === null ? [] : [`${shard}: ${fault.code}: ${fault.text}`]));
  return [table.toString(), LEGEND, ...faults].join('\n');
}
