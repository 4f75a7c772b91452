import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TidemarkError } from '../../engine/errors.ts';

const CODES = { streams: 'STREAM_FORMAT', tables: 'TABLE_FORMAT' } as const;

/**
 * Earlier releases kept streams and tables in LevelDB. Nothing of that is read or removed here.
 *
 * @throws STREAM_FORMAT, TABLE_FORMAT (invalid) when the folder holds those of such a release
 */
export function requireThisFormat(folder: string, what: keyof typeof CODES): void {
  if (!existsSync(join(folder, 'CURRENT'))) return;
  throw new TidemarkError(
    'invalid',
    CODES[what],
    `${folder} must hold ${what} of this release, got those of an earlier one; finish the run with that release, pass another --data-dir, or start over with --fresh`,
  );
}
