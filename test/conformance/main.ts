/** `npm run conformance [-- --json --data DIR]`: the cases of other systems, each passed, failed or skipped for a reason, and how far their SQL gets. Ends with 1 when one fails. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { conformance, DATA } from './reports.ts';
import { countsOf, shown } from './scoreboard.ts';
import { shownTexts, textCounts, textReports } from './sql/texts.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, data: { type: 'string', default: DATA } },
});
const reports = await conformance({ folder: values.data });
const texts = existsSync(values.data) ? await textReports(values.data) : [];
process.stdout.write(
  values.json
    ? `${JSON.stringify({ ...countsOf(reports), cases: reports, sql: textCounts(texts), texts })}\n`
    : `${shown(reports)}\n${shownTexts(texts)}`,
);
if (countsOf(reports).failed > 0 || texts.some(({ reached }) => reached === 'planned')) process.exitCode = 1;
