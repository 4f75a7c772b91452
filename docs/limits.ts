/**
 * What a pipeline needs per 1,000 events a second: the table of `docs/cloud.md`, measured with the flights on this machine.
 *
 * node docs/limits.ts [localhost:9092]
 *
 * From one shard, or from a topic with the partitions that a stack gives it, on a broker such as `npm run kafka` starts.
 */
import { recordRun } from './dashboard/local-run.ts';
import type { Sample } from './dashboard/local-run.ts';

const RATE = 1_000;
const RECORDS = 30_000;
const MONTH_S = 730 * 3_600;
const WRITE_UNIT_DOLLARS = 0.625 / 1e6;

const broker = process.argv[2];
const samples = await recordRun({
  records: RECORDS,
  rate: RATE,
  shards: broker === undefined ? 1 : 3,
  broken: 0,
  broker,
});
const sum = (metricName: string): number =>
  samples.reduce((total, sample) => total + (sample.metricName === metricName ? sample.value : 0), 0);
const times = (name: string): number[] =>
  samples.filter(({ metricName }: Sample) => metricName === name).map(({ timeMs }) => timeMs);
const spanS = (Math.max(...times('recordsIn')) - Math.min(...times('recordsIn'))) / 1_000;
const perThousand = (value: number): number => (value / sum('recordsIn')) * 1_000;

const writeUnits = perThousand(sum('writeUnits'));
const rows: readonly (readonly [string, string])[] = [
  ['records a second that the run reached', (sum('recordsIn') / spanS).toFixed(0)],
  ['records per invocation', (sum('recordsIn') / sum('Invocations')).toFixed(0)],
  ['records per commit', (sum('recordsIn') / sum('commits')).toFixed(0)],
  ['commits a second', (sum('commits') / spanS).toFixed(2)],
  ['results per 1,000 records', perThousand(sum('resultsOut')).toFixed(0)],
  ['write units per 1,000 records: log and results', writeUnits.toFixed(0)],
  ['time in the function per 1,000 records [ms, this machine]', perThousand(sum('Duration')).toFixed(0)],
  ['write units a month at 1,000 records a second [US $]', (writeUnits * MONTH_S * WRITE_UNIT_DOLLARS).toFixed(0)],
];
console.log(rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n'));
