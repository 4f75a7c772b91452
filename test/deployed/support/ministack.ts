import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const projectDir = resolve(import.meta.dirname, '../../..');
const requirements = resolve(import.meta.dirname, '../requirements.txt');

/** Version of MiniStack that `requirements.txt` pins. */
export const MINISTACK_VERSION = /^ministack==(.*)$/m.exec(readFileSync(requirements, 'utf8'))?.[1] ?? '';

/** Its program, in a virtual environment of this project. */
export const MINISTACK_PROGRAM = join(projectDir, '.tidemark', `ministack-${MINISTACK_VERSION}`, 'bin', 'ministack');

/** Why it cannot run on this machine; undefined when it can. */
export function whyNoMinistack(): string | undefined {
  const { status, stdout, error } = spawnSync(
    'python3',
    ['-c', 'import sys, ensurepip, venv; print(sys.version_info >= (3, 10))'],
    { encoding: 'utf8' },
  );
  if (error !== undefined) return 'no python3';
  if (status !== 0) return 'python3 has no venv or no ensurepip';
  if (stdout.trim() !== 'True') return 'python3 is older than 3.10';
  return spawnSync('openssl', ['version']).status === 0 ? undefined : 'no openssl';
}

/** Makes the virtual environment, once. @throws with pip's last output */
export function installMinistack(): void {
  if (existsSync(MINISTACK_PROGRAM)) return;
  const venv = resolve(MINISTACK_PROGRAM, '../..');
  try {
    run('python3', '-m', 'venv', '--clear', venv);
    run(
      join(venv, 'bin', 'python'),
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--requirement',
      requirements,
    );
  } catch (error) {
    rmSync(venv, { recursive: true, force: true });
    throw error;
  }
}

function run(program: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 240_000 });
  if (status !== 0)
    throw new Error(
      `${program} ${args.join(' ')} must end with 0, got ${status ?? 'a signal'}: ${(stdout + stderr).slice(-2_000)}`,
    );
}
