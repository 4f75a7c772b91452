/**
 * Packs the package, installs it into a CDK project that knows nothing of this repository, and uses it there: types, a
 * synthesised stack with its bundles, and the command with a local run.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { reachableTypes } from '../../bin/package/reachable-types.ts';
import { diskBytes, installed } from './installed.ts';
import { projectFiles } from './project.ts';

const repository = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-package-'));
const project = join(scratch, 'shop');
const MAX_MEGABYTES = 30;

function run(cwd: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, NO_UPDATE_NOTIFIER: '1' },
  });
}

function say(done: string): void {
  process.stdout.write(`✓ ${done}\n`);
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: ReadonlyArray<{ readonly path: string }>;
}

function pack(): string {
  run(repository, 'npm', 'run', '--silent', 'build');
  const [packed] = JSON.parse(
    run(repository, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', scratch),
  ) as Packed[];
  assert(packed !== undefined);
  const paths = packed.files.map(({ path }) => path);
  const strangers = paths.filter(
    (path) =>
      !/^(dist\/(adapters|bin|engine|lambdas|lib|local|operate|packages|pipelines|sql|testing)\/.+(\.js|\.d\.ts)|dist\/pipelines\/[a-z-]+\.sql|dist\/esbuild\/(lib\/main\.js|LICENSE\.md|package\.json)|dist\/THIRD-PARTY-NOTICES\.txt|bin\/tidemark\.js|package\.json|README\.md|LICENSE)$/.test(
        path,
      ),
  );
  assert.deepEqual(strangers, [], 'the package must hold what was compiled, nothing else');
  assert(paths.includes('dist/lambdas/process-kinesis/handler.js'), 'the handlers must be there to be bundled');
  const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
  say(
    `packed ${paths.length} files, no source, no test: ${megabytes(packed.size)} MB, unpacked ${megabytes(packed.unpackedSize)} MB`,
  );
  return join(scratch, packed.filename);
}

/** What is installed beside the CDK, which an app has anyway. */
function installAlone(tarball: string): void {
  const folder = join(scratch, 'alone');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const start = performance.now();
  run(folder, 'npm', 'install', tarball, '--prefer-offline', '--no-audit', '--no-fund', '--silent');
  const seconds = (performance.now() - start) / 1_000;
  const megabytes = diskBytes(join(folder, 'node_modules')) / 1_000_000;
  const { scripts, commands } = installed(folder);
  assert(megabytes <= MAX_MEGABYTES, `the package must install in at most ${MAX_MEGABYTES} MB, got ${megabytes}`);
  assert.deepEqual(scripts, [], 'no package may have an install script');
  assert(!commands.includes('node'), 'no package may bring another Node into npm run');
  say(
    `installed alone: ${megabytes.toFixed(1)} MB on disk (goal ${MAX_MEGABYTES}), ${seconds.toFixed(1)} s (goal 15, from npm's cache), no install script, no node`,
  );
}

/** Types of a package that a user does not have become `any` without a word. */
function checkTypes(): void {
  const { dependencies, peerDependencies } = manifest();
  const known = new Set([...Object.keys({ ...dependencies, ...peerDependencies }), ...builtinModules]);
  const strangers = [...reachableTypes(repository).packages].filter(
    (specifier) => !known.has(/^(?:node:)?((?:@[^/]+\/)?[^/]+)/.exec(specifier)?.[1] ?? ''),
  );
  assert.deepEqual(strangers, [], 'public types must name no package that is not installed');
}

function manifest(): Record<string, Record<string, string>> {
  return JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
}

function install(tarball: string): void {
  const { devDependencies, dependencies } = manifest();
  const pinned = { ...devDependencies, ...dependencies };
  const versions = Object.fromEntries(
    ['aws-cdk-lib', 'constructs', 'zod', 'typescript', '@types/node'].map((name) => [name, pinned[name] ?? '']),
  );
  for (const [file, text] of Object.entries(projectFiles(tarball, versions))) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  run(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--silent');
  say('installed into a project of its own');
}

function synthesise(): void {
  run(project, process.execPath, 'app.ts');
  const outDir = join(project, 'cdk.out');
  const { Resources } = JSON.parse(readFileSync(join(outDir, 'Shop.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; DeletionPolicy?: string; Properties: Record<string, unknown> }>;
  };
  const ofType = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type);
  assert.equal(ofType('AWS::Kinesis::Stream')[0]?.Properties['Name'], 'purchases');
  assert.equal(ofType('AWS::KinesisFirehose::DeliveryStream').length, 1);
  const tables = ofType('AWS::DynamoDB::Table');
  assert.deepEqual(
    tables.map(({ DeletionPolicy, Properties }) => [DeletionPolicy, Properties['DeletionProtectionEnabled']]),
    Array(2).fill(['Delete', false]),
    'removalPolicy must reach the tables',
  );
  for (const { Properties } of tables) assert.deepEqual(Properties['Tags'], [{ Key: 'team', Value: 'checkout' }]);
  assert.equal(
    ofType('AWS::Lambda::Function').find(({ Properties }) => Properties['Handler'] === 'process-kinesis.handler')
      ?.Properties['MemorySize'],
    512,
  );
  const assets = readdirSync(outDir).filter((file) => file.startsWith('asset.'));
  assert.equal(assets.length, 1);
  const modules = assets.flatMap((asset) =>
    readdirSync(join(outDir, asset))
      .filter((file) => file.endsWith('.mjs'))
      .map((file) => readFileSync(join(outDir, asset, file), 'utf8')),
  );
  assert(
    modules.some((code) => code.includes('priceUsd')),
    'the bundle must hold this pipeline',
  );
  assert(!modules.some((code) => code.includes('meanDelayMin')), 'the bundle must hold no other pipeline');
  say('synthesised new StreamingPipeline(this, …) with its bundles, tags and removal policy');
}

const COMMAND = join(project, 'node_modules/tidemark/bin/tidemark.js');

function command(...args: string[]): string {
  return run(project, process.execPath, COMMAND, ...args);
}

function useCommand(): void {
  const summary = JSON.parse(
    command('local', 'pipelines/orders.ts', '--input', 'purchases.ndjson', '--shards', '1', '--exit', '--json'),
  ) as Record<string, unknown>;
  assert.equal(summary['recordsIn'], 3, JSON.stringify(summary));
  const [row, ...more] = command('results', 'pipelines/orders.ts', '--json')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual([row?.['key'], row?.['purchases'], row?.['meanPriceUsd'], more.length], ['zurich', 2, 10.5, 0]);
  assert.match(command('cost', 'pipelines/orders.ts', '--events-per-second', '10', '--keys', '5'), /orders/);
  const demo = spawnSync(process.execPath, [COMMAND, 'local', 'flights', '--exit'], { cwd: project, encoding: 'utf8' });
  assert.equal(demo.status, 2, demo.stderr);
  assert.match(demo.stderr, /^tidemark: the package vega-datasets must be installed.*npm install.*\n$/);
  say('ran the pipeline with the command of the package, which names the package that the demo needs');
}

try {
  const tarball = pack();
  checkTypes();
  installAlone(tarball);
  install(tarball);
  run(project, process.execPath, 'node_modules/typescript/bin/tsc');
  say('type-checked, misuse and all');
  run(project, process.execPath, '--test', 'orders.test.ts');
  say('tested the pipeline with tidemark/testing');
  synthesise();
  useCommand();
} finally {
  rmSync(scratch, { recursive: true });
}
