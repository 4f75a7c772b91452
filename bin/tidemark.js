#!/usr/bin/env node
// In the repository Node runs the sources; the package holds what they were compiled to.
import { existsSync } from 'node:fs';

const source = new URL('./tidemark.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/bin/tidemark.js', import.meta.url).href);
