import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const projectDir = resolve(import.meta.dirname, '../..');
const { context: flags } = JSON.parse(readFileSync(join(projectDir, 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-app-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs the app as the CDK's command does, which hands it context and output folder through the environment. */
function runApp(name: string, context: Record<string, string>) {
  const outDir = join(scratch, name);
  const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], {
    cwd: projectDir,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], CDK_OUTDIR: outDir, CDK_CONTEXT_JSON: JSON.stringify({ ...flags, ...context }) },
  });
  return { outDir, status, stderr };
}

describe('the CDK app', () => {
  it('synthesizes without an account, with every rule passed and the code bundled', () => {
    const { outDir, status, stderr } = runApp('flights', { pipelines: 'flights' });
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(
        'Tidemark-flights-dev: $18.64* a month at rest (Kinesis $10.95, dashboard $3.00*, alarms $2.40*, metrics $1.20*, keys $1.00*, ticks $0.09*; us-east-1; * ',
      ),
    });
    const files = readdirSync(outDir);
    expect(files.filter((file) => file.endsWith('.template.json'))).toEqual(['Tidemark-flights-dev.template.json']);
    const assets = files.filter((file) => file.startsWith('asset.'));
    expect(assets.map((asset) => readdirSync(join(outDir, asset)))).toEqual([
      expect.arrayContaining(['process-kinesis.mjs', 'process-kinesis.mjs.map', 'tick.mjs', 'tick.mjs.map']),
    ]);
  });

  it('gives pipelines with a topic a cluster in a stack of its own', () => {
    const { outDir, status, stderr } = runApp('kafka', { pipelines: 'flights-kafka' });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(readdirSync(outDir).filter((file) => file.endsWith('.template.json'))).toEqual([
      'Tidemark-flights-kafka-dev.template.json',
      'Tidemark-kafka-dev.template.json',
    ]);
  });

  it('says what to do with a topic where there is an emulator', () => {
    const { status, stderr } = runApp('emulator', { pipelines: 'flights-kafka', target: 'emulator' });
    expect([status, stderr]).toEqual([
      1,
      'NEEDS_AWS: pipeline flights-kafka must have no topic for target emulator, got ["departures"]; run it with npx tidemark local flights-kafka --kafka localhost:9092\n',
    ]);
  });

  it('leaves a pipeline with a topic out of all where there is an emulator, and says so', () => {
    const { outDir, status, stderr } = runApp('emulator-all', { pipelines: 'all', target: 'emulator' });
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('left out: pipeline flights-kafka must have no topic for target emulator'),
    });
    expect(readdirSync(outDir).filter((file) => file.endsWith('.template.json') && file.includes('kafka'))).toEqual([]);
  });

  it('says in one line which pipelines there are', () => {
    const { status, stderr } = runApp('unknown', { pipelines: 'fligths' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^UNKNOWN_PIPELINE: pipeline must be one of .*flights.*, got "fligths"; .*\n$/);
  });
});
