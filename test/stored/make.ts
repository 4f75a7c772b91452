/**
 * `npm run stored:release -- <commit>`: the code of that commit writes the first part of every story, into
 * `releases/<commit>.ndjson`. Only on purpose: a file that is there is what that release has stored, and is not made anew.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '../..');
const run = (command: string, args: readonly string[], cwd: string): Buffer =>
  execFileSync(command, args, { cwd, maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] });

const { positionals } = parseArgs({ allowPositionals: true });
const [asked] = positionals;
if (asked === undefined || positionals.length > 1)
  throw new Error(`arguments must be one commit, got ${positionals.length}; npm run stored:release -- <commit>`);
const commit = run('git', ['rev-parse', '--short=7', `${asked}^{commit}`], root)
  .toString()
  .trim();
const file = join(import.meta.dirname, 'releases', `${commit}.ndjson`);
if (existsSync(file)) throw new Error(`${file} must not exist yet; delete it first if it is wrong`);

const folder = mkdtempSync(join(tmpdir(), 'tidemark-release-'));
try {
  run('git', ['archive', '--output', join(folder, 'release.tar'), commit], root);
  run('tar', ['-xf', 'release.tar'], folder);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  cpSync(import.meta.dirname, join(folder, 'test/stored'), { recursive: true });
  writeFileSync(file, run(process.execPath, ['test/stored/write.ts'], folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
