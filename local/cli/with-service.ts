import { TidemarkError } from '../../engine/errors.ts';
import type { Emulator } from '../emulators/emulator.ts';
import { claimForReading, type RunFile } from '../storage/claim.ts';
import { hasData, type PipelineDir } from '../storage/data-dir.ts';

/**
 * Lends an emulator of a pipeline: that of the run which has the folder, or one started for the moment.
 *
 * @param start starts the emulator on the folder
 * @param endpointOf its address in the running one
 */
export async function withService<T>(
  dir: PipelineDir,
  start: () => Promise<Emulator>,
  endpointOf: (run: RunFile) => string,
  use: (endpoint: string, running: boolean) => Promise<T>,
): Promise<T> {
  const claim = await claimForReading(dir);
  if (claim.kind === 'running') return use(endpointOf(claim.run), true);
  try {
    const emulator = await start();
    try {
      return await Promise.race([use(emulator.endpoint, false), emulator.ended]);
    } finally {
      await emulator.stop();
    }
  } finally {
    claim.release();
  }
}

/** @throws NOTHING_YET (invalid) when the pipeline has never run in this data dir */
export function requireData(dir: PipelineDir): void {
  if (!hasData(dir)) throw nothingYet(dir);
}

export function nothingYet(dir: PipelineDir): TidemarkError {
  return new TidemarkError(
    'invalid',
    'NOTHING_YET',
    `pipeline ${dir.pipeline} must have run once, got no data of it in ${dir.root}; start tidemark local ${dir.pipeline} --exit`,
  );
}
