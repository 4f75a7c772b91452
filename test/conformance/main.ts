/** `npm run conformance [-- --json --data DIR]`: the cases of other systems, each passed, failed or skipped for a reason. Ends with 1 when one fails. */
import { parseArgs } from 'node:util';
import { conformance, DATA } from './reports.ts';
import { countsOf, shown } from './scoreboard.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, data: { type: 'string', default: DATA } },
});
const reports = await conformance({ folder: values.data });
process.stdout.write(values.json ? `${JSON.stringify({ ...countsOf(reports), cases: reports })}\n` : shown(reports));
if (countsOf(reports).failed > 0) process.exitCode = 1;
