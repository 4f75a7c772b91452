import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

it('names the oldest release of Node that runs the command', () => {
  const command = join(import.meta.dirname, '../../bin/tidemark.js');
  const { status, stderr } = spawnSync(process.execPath, ['--no-strip-types', command, '--help'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    2,
    `tidemark: Node.js must be 22.18 or newer, which runs TypeScript as it is, got ${process.versions.node}; install a newer release\n`,
  ]);
});
