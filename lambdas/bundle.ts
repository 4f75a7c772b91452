import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { BuildFailure, BuildOptions, BuildResult, Message } from 'esbuild';
import { TidemarkError } from '../engine/errors.ts';
import { SOURCE_EXTENSION } from './source-extension.ts';

/** The functions that run a pipeline: folders of `lambdas/` with a `handler.ts`. */
export type PipelineHandler = 'process-kinesis' | 'process-kafka' | 'tick' | 'tick-kafka';

/** What a function is made of: its handler, and the module whose default export is the one pipeline of its bundle, if it runs one. */
export type HandlerSource =
  | { readonly handler: PipelineHandler; readonly pipelineFile: string }
  | { readonly handler: 'kafka-topic'; readonly pipelineFile?: undefined };

export type BundleProps = HandlerSource & {
  /** Folder that gets `index.mjs`, the chunks beside it and their maps; made when it is not there, chunks of older bundles go. */
  readonly outDir: string;
  /** Folder that holds `lambdas/`. @default the folder of this project */
  readonly rootDir?: string;
};

export interface Bundle {
  /** Path of `index.mjs`. */
  readonly file: string;
  /** What is loaded when the function starts: `index.mjs` and the chunks that it cannot do without [bytes]. */
  readonly startBytes: number;
  /** Every source file in it, relative to `rootDir`. */
  readonly inputs: readonly string[];
}

type Built = BuildResult<BuildOptions & { write: false; metafile: true }>;

/**
 * Turns one handler, and the pipeline that it runs, into ES modules with all they import, the AWS SDK included: one that Lambda starts, and
 * chunks for what the sources import only when they need it, so that nobody waits for a client that the pipeline never uses.
 *
 * The CDK app and the local runner both call this, so what runs locally is what is deployed. Equal sources give equal
 * bytes, whatever folder the project lies in: a deployment without a change changes no function.
 *
 * @throws BUNDLE_FAILED (invalid) when esbuild reports an error or a warning
 */
export function bundleHandler({ handler, pipelineFile, outDir, rootDir = projectDir }: BundleProps): Bundle {
  const built = buildInMemory(`lambdas/${handler}/handler${SOURCE_EXTENSION}`, pipelineFile === undefined ? undefined : resolve(rootDir, pipelineFile), rootDir);
  mkdirSync(outDir, { recursive: true });
  for (const old of readdirSync(outDir).filter((file) => /\.mjs(\.map)?$/.test(file))) rmSync(join(outDir, old));
  for (const output of built.outputFiles) writeFileSync(join(outDir, basename(output.path)), output.contents);
  return { file: join(outDir, bundleFile), startBytes: startBytes(built.metafile), inputs: Object.keys(built.metafile.inputs).sort() };
}

const projectDir = resolve(import.meta.dirname, '..');
const bundleFile = 'index.mjs';

/** Some dependencies are CommonJS and call `require` for Node's own modules; an ES module has none. */
const requireBanner =
  "import { createRequire as tidemarkCreateRequire } from 'node:module';const require = tidemarkCreateRequire(import.meta.url);";

function buildInMemory(entry: string, pipelineFile: string | undefined, rootDir: string): Built {
  const built = orBundleFailed(entry, pipelineFile, () =>
    buildSync({
      absWorkingDir: rootDir,
      entryPoints: { index: entry },
      // The Kafka client reads its WebAssembly from a file beside it, unless it is told to take the copy inside a module.
      alias: { ...(pipelineFile === undefined ? {} : { '#pipeline': pipelineFile }), '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
      // Named beside the sources and written elsewhere: the source map's paths then do not depend on outDir.
      outdir: rootDir,
      outExtension: { '.js': '.mjs' },
      splitting: true,
      write: false,
      metafile: true,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      mainFields: ['module', 'main'],
      minify: true,
      legalComments: 'none',
      sourcemap: 'linked',
      sourcesContent: false,
      banner: { js: requireBanner },
      // A tsconfig.json of the folder would change the bytes.
      tsconfigRaw: {},
      logLevel: 'silent',
    }),
  );
  if (built.warnings.length > 0) throw bundleFailed(entry, pipelineFile, built.warnings);
  return built;
}

function startBytes({ outputs }: Built['metafile']): number {
  const loaded = new Set<string>([bundleFile]);
  for (const name of loaded) for (const { path, kind } of outputs[name]?.imports ?? []) if (kind === 'import-statement' && path in outputs) loaded.add(path);
  return [...loaded].reduce((sum, name) => sum + (outputs[name]?.bytes ?? 0), 0);
}

function orBundleFailed(entry: string, pipelineFile: string | undefined, build: () => Built): Built {
  try {
    return build();
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw bundleFailed(entry, pipelineFile, error.errors, error);
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  // esbuild may report from a worker thread: an Error of another realm is no instance of ours.
  return typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors);
}

function bundleFailed(entry: string, pipelineFile: string | undefined, reports: Message[], cause?: unknown): TidemarkError {
  const [first] = reports;
  const report = first === undefined ? 'none' : `${JSON.stringify(first.text)}${positionOf(first)}`;
  const text = `${entry}${pipelineFile === undefined ? '' : ` with ${pipelineFile}`} must bundle without a report, got ${report}; correct that file`;
  return new TidemarkError('invalid', 'BUNDLE_FAILED', text, { context: { entry, pipelineFile, reports: reports.length }, cause });
}

function positionOf({ location }: Message): string {
  return location === null ? '' : ` at ${location.file}:${location.line}:${location.column}`;
}
