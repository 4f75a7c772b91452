import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TidemarkError } from '../../../engine/errors.ts';

/**
 * Earlier releases kept streams in LevelDB. Nothing of that is read or removed here.
 *
 * @throws STREAM_FORMAT (invalid) when the folder holds the streams of such a release
 */
export function requireThisFormat(folder: string): void {
  if (!existsSync(join(folder, 'CURRENT'))) return;
  throw new TidemarkError(
    'invalid',
    'STREAM_FORMAT',
    `${folder} must hold streams of this release, got those of an earlier one; finish the run with that release, pass another --data-dir, or start over with --fresh`,
  );
}
