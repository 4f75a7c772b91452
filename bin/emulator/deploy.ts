/**
 * `npm run deploy:local [-- PIPELINES] [--stage STAGE] [--folder DIR]`: deploys the CDK app to the emulator at
 * AWS_ENDPOINT_URL, which is bootstrapped first if it must be.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cdk } from './cdk.ts';
import { emulatorClients } from './clients.ts';
import { emulatorPlace, requireAnswer } from './environment.ts';
import { nextSteps, type StackOutputs } from './next-steps.ts';
import { ended } from './ended.ts';
import { isBootstrapped } from './stacks.ts';

process.exitCode = await ended(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { stage: { type: 'string' }, folder: { type: 'string' } },
  });
  const given = { target: 'emulator', pipelines: positionals.join(',') || undefined, ...values };
  const context = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : ['-c', `${name}=${value}`],
  );
  const place = emulatorPlace(process.env);
  await requireAnswer(place.endpoint);
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-deploy-'));
  try {
    const outputs = join(folder, 'outputs.json');
    // It asks for account and region itself; the app need not be built for that.
    if (!(await isBootstrapped(emulatorClients(place))))
      await cdk(['bootstrap', 'aws://unknown-account/unknown-region'], place.environment);
    await cdk(
      [
        'deploy',
        '--all',
        ...context,
        '--output',
        join(folder, 'cdk.out'),
        '--require-approval',
        'never',
        '--outputs-file',
        outputs,
      ],
      place.environment,
    );
    const stacks = JSON.parse(readFileSync(outputs, 'utf8')) as Record<string, StackOutputs>;
    for (const [stack, values] of Object.entries(stacks)) process.stdout.write(`${nextSteps(stack, values, place)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
