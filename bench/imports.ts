import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleHandlers, moduleFile } from '../lambdas/bundle.ts';
import { figureOf, type Figure } from './rounds.ts';

export interface ImportsSettings {
  readonly rounds: number;
}

/** How long a new process takes until a function can take its first event, its clients made, no call sent [ms]. */
export interface Imports {
  readonly kinesis: Figure;
  readonly kafka: Figure;
  readonly receive: Figure;
  /** Loaded with the first object that a function reads or writes. */
  readonly s3: Figure;
  /** A module without anything: what the process itself takes. */
  readonly empty: Figure;
}

/** Stands for a deployed function's; nothing is called. */
const ENVIRONMENT = {
  TIDEMARK_LOG_TABLE: 'log',
  TIDEMARK_RESULTS_TABLE: 'results',
  TIDEMARK_BLOBS: 's3://bucket/blobs',
  TIDEMARK_LAKE: 's3://bucket/lake',
  TIDEMARK_STREAM: 'stream',
  TIDEMARK_KAFKA_BROKERS: 'localhost:9092',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
};

/** Times the import of the bundles that are deployed, each in new processes, in turn. */
export function measureImports({ rounds }: ImportsSettings): Imports {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-imports-'));
  try {
    const modules = bundledIn(folder);
    const times: Record<keyof Imports, number[]> = { kinesis: [], kafka: [], receive: [], s3: [], empty: [] };
    for (let round = 0; round < rounds; round++) {
      for (const name of ['kinesis', 'kafka', 'receive', 'empty'] as const) times[name].push(importMs(modules[name]));
      // What it shares with the function is there by then.
      times.s3.push(importMs(modules.s3, modules.kinesis));
    }
    return {
      kinesis: figureOf(times.kinesis),
      kafka: figureOf(times.kafka),
      receive: figureOf(times.receive),
      s3: figureOf(times.s3),
      empty: figureOf(times.empty),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bundledIn(folder: string): Record<keyof Imports, string> {
  const bundle = (pipeline: string, handler: 'process-kinesis' | 'process-kafka' | 'receive'): string => {
    const outDir = join(folder, handler);
    bundleHandlers({ handlers: [handler], pipelineFile: `pipelines/${pipeline}.ts`, outDir });
    return join(outDir, moduleFile(handler));
  };
  const kinesis = bundle('flights', 'process-kinesis');
  const s3 = readdirSync(join(kinesis, '..')).find((file) => /^s3-blobs-.*\.mjs$/.test(file));
  if (s3 === undefined) throw new TypeError('the bundle must keep the client of S3 in a file of its own, got none');
  const empty = join(folder, 'empty.mjs');
  writeFileSync(empty, 'export const handler = undefined;\n');
  return {
    kinesis,
    kafka: bundle('flights-kafka', 'process-kafka'),
    receive: bundle('routes', 'receive'),
    s3: join(kinesis, '..', s3),
    empty,
  };
}

/** @param before what is imported first, untimed */
function importMs(file: string, before?: string): number {
  const importOf = (path: string): string => `await import(${JSON.stringify(pathToFileURL(path).href)});`;
  const script = `${before === undefined ? '' : importOf(before)}
    const startMs = performance.now();
    ${importOf(file)}
    process.stdout.write(String(performance.now() - startMs));
    process.exit(0);`;
  const env = { PATH: process.env['PATH'], ...ENVIRONMENT };
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', env }));
}
