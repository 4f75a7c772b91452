/**
 * Packs the package, installs it into a CDK project that knows nothing of this repository, and uses it there: types, a
 * synthesised stack with its bundles, and the command with a local run.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { projectFiles } from './project.ts';

const repository = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-package-'));
const project = join(scratch, 'shop');

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
      !/^(dist\/(adapters|bin|engine|lambdas|lib|local|operate|pipelines|testing)\/.+(\.js|\.d\.ts)|bin\/tidemark\.js|package\.json|README\.md|LICENSE)$/.test(
        path,
      ),
  );
  assert.deepEqual(strangers, [], 'the package must hold what was compiled, nothing else');
  assert(paths.includes('dist/lambdas/process-kinesis/handler.js'), 'the handlers must be there to be bundled');
  say(`packed ${paths.length} files, no source, no test`);
  return join(scratch, packed.filename);
}

function install(tarball: string): void {
  const { devDependencies, dependencies } = JSON.parse(
    readFileSync(join(repository, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
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

function command(...args: string[]): string {
  return run(project, process.execPath, join(project, 'node_modules/tidemark/bin/tidemark.js'), ...args);
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
  say('ran the pipeline with the command of the package');
}

try {
  install(pack());
  run(project, process.execPath, 'node_modules/typescript/bin/tsc');
  say('type-checked, misuse and all');
  run(project, process.execPath, '--test', 'orders.test.ts');
  say('tested the pipeline with tidemark/testing');
  synthesise();
  useCommand();
} finally {
  rmSync(scratch, { recursive: true });
}
