import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { TidemarkError } from '../../engine/errors.ts';

const projectDir = resolve(import.meta.dirname, '../..');

/**
 * Runs the CDK's command in this project, its output on our stderr.
 *
 * @throws CDK_FAILED (internal) when it ends with anything but 0; it has said why
 */
export async function cdk(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
  const program = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk');
  // The app is started by the name of `node`: it shall be the Node that runs this.
  const path = [dirname(process.execPath), environment['PATH'] ?? ''].join(delimiter);
  // The rules for accounts are held by every synth for one; they would take half of the time of this one.
  const env = { ...environment, PATH: path, CDK_VALIDATION: 'false', CDK_DISABLE_CLI_TELEMETRY: 'true' };
  const child = spawn(process.execPath, [program, ...args], { cwd: projectDir, env, stdio: ['ignore', 2, 2] });
  const end = await new Promise<number | string | null>((ended, failed) =>
    child.on('error', failed).on('close', (code, signal) => ended(code ?? signal)),
  );
  if (end === 0) return;
  throw new TidemarkError(
    'internal',
    'CDK_FAILED',
    `cdk ${args[0] ?? ''} must end with 0, got ${JSON.stringify(end)}; see what it says above, correct that and run it again`,
  );
}
