import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { arroyoReports } from './arroyo/arroyo.ts';
import { beamReports } from './beam.ts';
import { flinkReports } from './flink/flink.ts';
import { kafkaStreamsReports } from './kafka-streams.ts';
import { nexmarkReports } from './nexmark/nexmark.ts';
import { skipped, type CaseReport } from './scoreboard.ts';

/** Beside the repository: data written by others, with their licences. */
export const DATA = resolve(import.meta.dirname, '..', '..', '..', 'shared', 'conformance');

export interface ConformanceSettings {
  /** Where the files of others are. */
  readonly folder?: string;
  /** How often a pipeline with an exchange is run. @default 5 */
  readonly lives?: number;
}

/** Every case there is; in place of files that are not here, one line that says so. */
export async function conformance({ folder = DATA, lives = 5 }: ConformanceSettings = {}): Promise<CaseReport[]> {
  const own = kafkaStreamsReports();
  if (!existsSync(folder))
    return [
      skipped(
        'beam, arroyo, nexmark, flink',
        'all',
        'see docs/windows.md',
        'the folder ../shared/conformance, which is no part of the repository, is not here',
      ),
      ...own,
    ];
  return [
    ...beamReports(folder),
    ...(await arroyoReports(folder, lives)),
    ...(await nexmarkReports(folder, lives)),
    ...(await flinkReports(folder)),
    ...own,
  ];
}
