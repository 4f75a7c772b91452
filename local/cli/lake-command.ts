import Table from 'cli-table3';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import type { BlobStore } from '../../engine/ports.ts';
import { readLake } from '../../adapters/lake/read-lake.ts';
import type { Topology } from '../../engine/topology.ts';
import { loadPipeline } from '../load-pipeline.ts';
import { printable } from '../report/printable.ts';
import { grouped, moment } from '../report/progress.ts';
import { pipelineDir } from '../storage/data-dir.ts';
import type { FlagTexts } from './flags.ts';
import { dataDirOf } from './local-options.ts';
import { writeLines } from './output.ts';
import { requireData } from './with-service.ts';

type Line = Readonly<Record<string, unknown>>;
type Columns = Readonly<Record<string, (line: Line) => string>>;

export type Folder = 'late' | 'dead-letters' | 'outputs';

const SHOWN = 50;

/** How each folder of the lake looks as a table. */
const COLUMNS: Readonly<Record<Folder, Columns>> = {
  late: {
    key: (line) => printable(String(line['key'])),
    happened: (line) => moment(Number(line['eventTimeMs'])),
    'watermark was': (line) => moment(Number(line['watermarkMs'])),
    record: (line) => printable(bytesOf(line)),
  },
  'dead-letters': {
    code: (line) => printable(String(line['code'])),
    reason: (line) => printable(String(line['reason']), 80),
    offset: (line) => `…${String(line['offset']).slice(-8)}`,
    record: (line) => printable(bytesOf(line), 40),
  },
  outputs: {
    output: (line) => String(line['output']),
    key: (line) => printable(String(line['key'])),
    happened: (line) => moment(Number(line['eventTimeMs'])),
    value: (line) => printable(JSON.stringify(line['value']), 110),
  },
};

/** `tidemark late <pipeline>`, `tidemark dead-letters <pipeline>` and `tidemark outputs <pipeline>` */
export async function lakeCommand(folder: Folder, pipeline: string, flags: FlagTexts): Promise<number> {
  const { topology } = await loadPipeline(pipeline);
  const dir = pipelineDir(dataDirOf(flags), topology.name);
  requireData(dir);
  const blobs = new FileBlobStore(dir.lake);
  const lines = folder === 'outputs' ? outputsOf(blobs, topology) : readLake(blobs, `${topology.name}/${folder}/`);
  await writeLines(flags['json'] === true ? jsonOf(lines) : [await tableOf(lines, COLUMNS[folder])]);
  return 0;
}

/** What went beside the results, with the name of the output that it went to. */
async function* outputsOf(
  blobs: BlobStore,
  { name, sideOutputs }: Pick<Topology, 'name' | 'sideOutputs'>,
): AsyncGenerator<Line> {
  for (const output of sideOutputs) {
    for await (const line of readLake(blobs, `${name}/outputs/${output}/`)) yield { output, ...line };
  }
}

async function* jsonOf(lines: AsyncIterable<Line>): AsyncGenerator<string> {
  for await (const line of lines) yield JSON.stringify(line);
}

async function tableOf(lines: AsyncIterable<Line>, columns: Columns): Promise<string> {
  const table = new Table({ head: Object.keys(columns), style: { head: [], border: [], compact: true } });
  let count = 0;
  for await (const line of lines) {
    count += 1;
    if (count <= SHOWN) table.push(Object.values(columns).map((column) => column(line)));
  }
  return `${table.toString()}\n${count > SHOWN ? `the first ${SHOWN} of ${grouped(count)}; --json shows all` : `${grouped(count)} in all`}`;
}

function bytesOf(line: Line): string {
  return Buffer.from(String(line['data'] ?? ''), 'base64').toString('utf8');
}
