import { afterAll, describe, expect, it } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Architecture, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handlerCode } from '../../lib/handler-code.ts';

process.env['CDK_VALIDATION'] = 'false';
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-code-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('handlerCode', () => {
  it('gives each pipeline of an app one bundle, which its functions share', () => {
    const outDir = join(scratch, 'out');
    const app = new App({ outdir: outDir });
    for (const name of ['orders', 'returns']) addFunction(app, name);
    app.synth();
    const assets = readdirSync(outDir).filter((file) => file.startsWith('asset.'));
    expect(assets.map((asset) => pipelinesIn(join(outDir, asset))).sort()).toEqual(['orders', 'returns']);
  });
});

function addFunction(app: App, name: string): void {
  const pipelineFile = join(scratch, `${name}.ts`);
  writeFileSync(pipelineFile, `export default { topology: { name: 'bundled-${name}', sinks: [] } };\n`);
  const stack = new Stack(app, name);
  for (const handler of ['process-kinesis', 'tick']) {
    new Function(stack, handler, {
      code: handlerCode({ handlers: ['process-kinesis', 'tick'], pipelineFile }),
      handler: `${handler}.handler`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
    });
  }
}

function pipelinesIn(folder: string): string {
  const modules = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  return modules
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/bundled-(\w+)/g)].map(([, name]) => name))
    .join();
}
