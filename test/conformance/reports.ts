import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { arroyoReports } from './arroyo.ts';
import { beamReports } from './beam.ts';
import { kafkaStreamsReports } from './kafka-streams.ts';
import { skipped, type CaseReport } from './scoreboard.ts';

/** Beside the repository: data written by others, with their licences. */
export const DATA = resolve(import.meta.dirname, '..', '..', '..', 'shared', 'conformance');

/** Every case there is; in place of files that are not here, one line that says so. */
export function conformance(folder = DATA): CaseReport[] {
  const own = kafkaStreamsReports();
  if (!existsSync(folder))
    return [
      skipped(
        'beam, arroyo',
        'all',
        'see docs/windows.md',
        'the folder ../shared/conformance, which is no part of the repository, is not here',
      ),
      ...own,
    ];
  return [...beamReports(folder), ...arroyoReports(folder), ...own];
}
