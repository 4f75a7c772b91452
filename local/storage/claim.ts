import { mkdirSync } from 'node:fs';
import { TidemarkError } from '../../engine/errors.ts';
import type { PipelineDir } from './data-dir.ts';
import { tryLock, type LockHolder } from './folder-lock.ts';
import { readJsonFile } from './json-file.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What a running `tidemark local` tells others about itself. */
export interface RunFile extends ProcessIdentity {
  readonly kinesisEndpoint: string;
  readonly dynamodbEndpoint: string;
}

export type Claim =
  | { readonly kind: 'mine'; release(): void }
  /** `tidemark local` is running: talk to its emulators. */
  | { readonly kind: 'running'; readonly run: RunFile };

const READER_WAIT_MS = 10_000;
const START_WAIT_MS = 20_000;

/**
 * The folder for `tidemark local`, which shares it with nobody.
 *
 * @throws PIPELINE_RUNNING (invalid) when another process has it
 */
export async function claimFolder(dir: PipelineDir): Promise<() => void> {
  mkdirSync(dir.dir, { recursive: true });
  for (let waitedMs = 0; ; waitedMs += 50) {
    const attempt = tryLock(dir.lockFile, 'local');
    if (attempt.kind === 'locked') return attempt.release;
    if (attempt.holder.role === 'local' || waitedMs >= READER_WAIT_MS) throw inUse(dir, attempt.holder);
    await sleep(50);
  }
}

/** The folder for a command that needs an emulator for moments: claimed, or the addresses of the run that has it. */
export async function claimForReading(dir: PipelineDir): Promise<Claim> {
  mkdirSync(dir.dir, { recursive: true });
  for (let waitedMs = 0; ; waitedMs += 50) {
    const attempt = tryLock(dir.lockFile, 'reader');
    if (attempt.kind === 'locked') return { kind: 'mine', release: attempt.release };
    const run = readJsonFile<RunFile>(dir.runFile);
    if (run !== undefined && run.pid === attempt.holder.pid && run.startedAt === attempt.holder.startedAt)
      return { kind: 'running', run };
    if (waitedMs >= START_WAIT_MS) throw inUse(dir, attempt.holder);
    await sleep(50);
  }
}

function inUse(dir: PipelineDir, holder: LockHolder): TidemarkError {
  return new TidemarkError(
    'invalid',
    'PIPELINE_RUNNING',
    `${dir.dir} must be free, got process ${holder.pid} at work in it; stop that one or pass another --data-dir`,
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
