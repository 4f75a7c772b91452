import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const PROJECT = resolve(__dirname, '..');

/** A line of code put into a file of this project, as somebody may do some day. The files exist: ESLint knows their types. */
interface Line {
  readonly file: string;
  readonly line: string;
  /** The rule that finds it; undefined: it is allowed. */
  readonly rule: string | undefined;
  /** Most rules do not, and are found a hundred times faster. */
  readonly needsTypes?: true;
}

const imports = (from: string): string => `import * as imported from '${from}'; console.log(imported);`;
const IMPORTS = 'no-restricted-imports';

const LINES: readonly Line[] = [
  { file: 'engine/step.ts', line: imports('@aws-sdk/client-dynamodb'), rule: IMPORTS },
  { file: 'engine/step.ts', line: imports('@smithy/node-http-handler'), rule: IMPORTS },
  { file: 'engine/step.ts', line: imports('aws-cdk-lib'), rule: IMPORTS },
  { file: 'engine/step.ts', line: imports('../adapters/memory/sink.ts'), rule: IMPORTS },
  { file: 'engine/window/window-step.ts', line: imports('../../adapters/memory/sink.ts'), rule: IMPORTS },
  { file: 'engine/step.ts', line: imports('../lambdas/wiring.ts'), rule: IMPORTS },
  { file: 'engine/step.ts', line: imports('../pipelines/flights.ts'), rule: IMPORTS },
  { file: 'engine/step.ts', line: imports('node:fs'), rule: IMPORTS },
  { file: 'engine/partition-log/commit.ts', line: imports('node:crypto'), rule: IMPORTS },
  { file: 'engine/codec/compression.ts', line: imports('@aws-sdk/client-s3'), rule: IMPORTS },
  { file: 'engine/codec/compression.ts', line: imports('../../adapters/memory/sink.ts'), rule: IMPORTS },
  { file: 'engine/codec/compression.ts', line: imports('node:zlib'), rule: undefined },
  { file: 'engine/step.ts', line: imports('./record.ts'), rule: undefined },
  { file: 'engine/window/window-step.ts', line: imports('../time/watermark.ts'), rule: undefined },
  { file: 'engine/step.ts', line: 'console.log(Math.random());', rule: 'no-restricted-properties' },
  { file: 'engine/step.ts', line: 'console.log(Date.now());', rule: 'no-restricted-properties' },
  { file: 'engine/step.ts', line: 'console.log(new Date());', rule: 'no-restricted-syntax' },
  { file: 'engine/step.ts', line: 'console.log(new Date(0), Math.max(1, 2));', rule: undefined },
  { file: 'engine/step.ts', line: 'console.log(process.env);', rule: 'no-restricted-globals' },
  { file: 'engine/step.ts', line: 'setTimeout(() => console.log(1), 5);', rule: 'no-restricted-globals' },
  { file: 'engine/step.ts', line: 'console.log(performance.now());', rule: 'no-restricted-globals' },
  { file: 'engine/step.ts', line: 'console.log(crypto.randomUUID());', rule: 'no-restricted-globals' },
  { file: 'engine/step.ts', line: 'console.log(Buffer.from([]));', rule: 'no-restricted-globals' },
  { file: 'adapters/s3/blob-store.ts', line: imports('../dynamodb/log-store.ts'), rule: IMPORTS },
  { file: 'adapters/s3/blob-store.ts', line: imports('../../lambdas/wiring.ts'), rule: IMPORTS },
  { file: 'adapters/s3/blob-store.ts', line: imports('../shared/blob-key.ts'), rule: undefined },
  { file: 'adapters/s3/blob-store.ts', line: imports('../../engine/ports.ts'), rule: undefined },
  { file: 'adapters/memory/sink.ts', line: imports('../../local/aws/clients.ts'), rule: IMPORTS },
  { file: 'lib/pipeline-stack.ts', line: imports('../engine/index.ts'), rule: undefined },
  { file: 'lib/pipeline-stack.ts', line: imports('../adapters/memory/sink.ts'), rule: IMPORTS },
  { file: 'lib/pipeline-stack.ts', line: imports('../local/aws/clients.ts'), rule: IMPORTS },
  { file: 'pipelines/flights.ts', line: imports('../adapters/memory/sink.ts'), rule: IMPORTS },
  { file: 'pipelines/flights.ts', line: imports('@aws-sdk/client-s3'), rule: IMPORTS },
  { file: 'pipelines/flights.ts', line: imports('../engine/index.ts'), rule: undefined },
  { file: 'lambdas/wiring.ts', line: imports('../lib/pipeline-stack.ts'), rule: IMPORTS },
  { file: 'lambdas/wiring.ts', line: imports('../adapters/memory/sink.ts'), rule: undefined },
  { file: 'local/aws/clients.ts', line: imports('../../lib/pipeline-stack.ts'), rule: IMPORTS },
  { file: 'local/aws/clients.ts', line: imports('../../lambdas/wiring.ts'), rule: undefined },
  { file: 'operate/place.ts', line: imports('../local/aws/clients.ts'), rule: IMPORTS },
  { file: 'operate/place.ts', line: imports('../adapters/memory/sink.ts'), rule: undefined },
  { file: 'engine/step.ts', line: 'export const anything: any = 5;', rule: '@typescript-eslint/no-explicit-any' },
  {
    file: 'engine/step.ts',
    line: 'Promise.resolve(5);',
    rule: '@typescript-eslint/no-floating-promises',
    needsTypes: true,
  },
];

/** ESLint loads its configuration as an ES module, which Jest cannot: so it runs in a process of its own, once. */
const PROGRAM = `
  import { ESLint } from 'eslint';
  import tseslint from 'typescript-eslint';
  const withTypes = new ESLint({ cwd: process.cwd() });
  const fast = new ESLint({ cwd: process.cwd(), overrideConfig: tseslint.configs.disableTypeChecked });
  const found = [];
  for (const { file, line, needsTypes } of JSON.parse(process.argv[1])) {
    const [result] = await (needsTypes ? withTypes : fast).lintText(line, { filePath: file });
    found.push(result.messages.map(({ ruleId, message, fatal }) => (fatal ? message : ruleId)));
  }
  console.log(JSON.stringify(found));
`;

let found: string[][] = [];

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM, JSON.stringify(LINES)],
    { cwd: PROJECT },
  );
  found = JSON.parse(stdout) as string[][];
}, 110_000);

describe('lint', () => {
  it.each(LINES.map((line, i) => ({ ...line, i, verdict: line.rule === undefined ? 'allows' : 'refuses' })))(
    '$verdict in $file: $line',
    ({ i, rule }) => {
      expect(found[i]).toEqual(rule === undefined ? [] : [rule]);
    },
  );
});
