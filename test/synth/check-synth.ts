/**
 * Synthesises every pipeline as somebody without account and network does, in this checkout and in a second one, for
 * every stage: the same templates and assets, not a word that nobody can explain, and nothing that cfn-lint finds, whatever
 * the Kafka cluster.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const CFN_LINT = '1.58.0';
/** What cfn-lint says and why it is right as it is. */
const EXPLAINED = {
  W3005: 'the CDK names the role beside its policy, so that a function waits for both',
  W6001: 'an operator finds the brokers with the pipeline, whichever stack has the cluster',
};
/** What the CDK says on stderr and why. */
const EXPECTED_LINES = [
  /^Bundling asset /,
  /^Successfully synthesized to /,
  /^Supply a stack id /,
  /^Tidemark-\S+: \$\d+\.\d\d\*? a month at rest \(/,
  /^\s*$/,
];

const repository = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-synth-'));
const say = (done: string): boolean => process.stdout.write(`✓ ${done}\n`);

/** A second checkout of the files as they are, somewhere else and with packages of its own. */
function secondCheckout(): string {
  const folder = join(scratch, 'some', 'where', 'else');
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  for (const file of files.filter((name) => existsSync(join(repository, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(repository, file), join(folder, file));
  }
  // Hard links: a copy of a gigabyte says nothing more.
  execFileSync('cp', ['-a', '--link', realpathSync(join(repository, 'node_modules')), join(folder, 'node_modules')]);
  return folder;
}

/** Any call into the network would fail: there is no proxy behind this port. */
function synthesise(checkout: string, stage: string): ReadonlyMap<string, string> {
  const outDir = join(scratch, `${stage}-${checkout === repository ? 'here' : 'there'}`);
  const proxy = 'http://127.0.0.1:9';
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    HOME: scratch,
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
  const startMs = performance.now();
  const { status, stderr } = spawnSync(
    join(checkout, 'node_modules/.bin/cdk'),
    ['synth', '--quiet', '-c', 'pipelines=all', '-c', `stage=${stage}`, '--output', outDir],
    { cwd: checkout, encoding: 'utf8', env },
  );
  assert.equal(status, 0, stderr);
  const unexplained = stderr.split('\n').filter((line) => !EXPECTED_LINES.some((expected) => expected.test(line)));
  assert.deepEqual(unexplained, [], 'synth must not warn');
  say(`${stage} in ${((performance.now() - startMs) / 1_000).toFixed(1)} s, offline, without a warning`);
  const files = readdirSync(outDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => /\.template\.json$|\/asset\./.test(path));
  return new Map(
    paths.map((path) => [path.slice(outDir.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** A stage has one Kafka cluster: here are all kinds, each with a pipeline on it. */
function synthesiseClusters(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, 'kafka-clusters.ts'), join(scratch, 'clusters')], {
    stdio: 'inherit',
  });
}

function lint(): void {
  const venv = join(repository, '.tidemark', `cfn-lint-${CFN_LINT}`);
  const program = join(venv, 'bin', 'cfn-lint');
  if (!existsSync(program)) {
    execFileSync('python3', ['-m', 'venv', '--clear', venv]);
    execFileSync(
      join(venv, 'bin', 'python'),
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `cfn-lint==${CFN_LINT}`],
      { stdio: 'inherit' },
    );
  }
  const folders = ['dev-here', 'prod-here', 'clusters'].map((folder) => join(scratch, folder));
  const templates = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => join(folder, file)),
  );
  const { status, stdout } = spawnSync(
    program,
    ['--ignore-checks', ...Object.keys(EXPLAINED), '--regions', 'us-east-1', 'eu-central-1', '--', ...templates],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stdout);
  say(`cfn-lint ${CFN_LINT} finds nothing in ${templates.length} templates`);
}

try {
  const there = secondCheckout();
  for (const stage of ['dev', 'prod']) {
    const [here, elsewhere] = [synthesise(repository, stage), synthesise(there, stage)];
    assert(here.size > 0);
    assert.deepEqual(Object.fromEntries(elsewhere), Object.fromEntries(here), 'two checkouts must synthesise the same');
    say(`${here.size} templates and files of assets are the same in two folders`);
  }
  synthesiseClusters();
  lint();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
