#!/usr/bin/env node
// In the repository Node runs the sources; the package holds what they were compiled to.
import { existsSync } from 'node:fs';
import module from 'node:module';

if (!process.features.typescript) {
  const { node } = process.versions;
  process.stderr.write(
    `tidemark: Node.js must be 22.18 or newer, which runs TypeScript as it is, got ${node}; install a newer release\n`,
  );
  process.exit(2);
}

// What was compiled once starts sooner from then on; the programs that this one starts, too.
module.enableCompileCache?.();
const folder = module.getCompileCacheDir?.();
if (folder !== undefined) process.env.NODE_COMPILE_CACHE ??= folder;

const source = new URL('./tidemark.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/bin/tidemark.js', import.meta.url).href);
