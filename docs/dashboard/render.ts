/**
 * Draws the dashboard of the flights with the figures of a local run, for `docs/dashboard.png` and `docs/dashboard-kafka.png`.
 *
 * npx cdk synth --quiet -c pipelines=flights,flights-kafka && node docs/dashboard/render.ts [localhost:9092]
 *
 * With the address of a broker, such as `npm run kafka` starts, it is that of `flights-kafka`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dashboardBody } from './body.ts';
import { recordRun } from './local-run.ts';
import { page } from './page.ts';

const RUN = { records: 30_000, rate: 500, broken: 12 };
const BUCKETS = 30;
const root = resolve(import.meta.dirname, '../..');
const chromium = process.env['CHROMIUM'] ?? 'chromium';

const broker = process.argv[2];
const [pipeline, picture, sources] =
  broker === undefined
    ? ['flights', 'dashboard', 'Lambda and Kinesis figures are measured at the door of the local function']
    : [
        'flights-kafka',
        'dashboard-kafka',
        "Lambda's figures and what is put are measured at the door of the local function, the lag of the group is missing",
      ];

const template: unknown = JSON.parse(
  readFileSync(join(root, `cdk.out/Tidemark-${pipeline}-dev.template.json`), 'utf8'),
);
const samples = await recordRun({ ...RUN, broker });
const note =
  `Widgets, titles and expressions are those of the synthesised template. The data is of a local run: ${RUN.records.toLocaleString('en-US')} flights at ${RUN.rate} per second, moved in time so that the last departs now, ` +
  `and ${RUN.broken} broken records on purpose. A point is ${(RUN.records / RUN.rate / BUCKETS).toFixed(0)} seconds, not a minute. ${sources}; DynamoDB's, Firehose's and the tick's are missing.`;
const { html, widthPx, heightPx } = page(dashboardBody(template), samples, note, BUCKETS);

const scratch = mkdtempSync(join(tmpdir(), 'tidemark-page-'));
const file = join(scratch, 'dashboard.html');
writeFileSync(file, html);
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-sync',
  '--hide-scrollbars',
  '--force-device-scale-factor=0.9',
  `--user-data-dir=${join(scratch, 'profile')}`,
];
execFileSync(
  chromium,
  [
    ...flags,
    `--window-size=${widthPx},${heightPx}`,
    `--screenshot=${join(root, `docs/${picture}.png`)}`,
    pathToFileURL(file).href,
  ],
  { stdio: 'ignore', timeout: 60_000 },
);
rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
