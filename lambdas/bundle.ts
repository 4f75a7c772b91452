import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { BuildFailure, BuildOptions, BuildResult, Message } from 'esbuild';
import { messageOf, TidemarkError } from '../engine/errors.ts';
import { SOURCE_EXTENSION, SQL_EXTENSION } from './source-extension.ts';

/** The functions that run a pipeline: folders of `lambdas/` with a `handler.ts`. */
export type PipelineHandler = 'process-kinesis' | 'process-kafka' | 'tick' | 'tick-kafka' | 'receive';

/** What is bundled together: handlers, and the module or file of SQL that defines the one pipeline that they run, if they run one. */
export type BundleSource =
  | { readonly handlers: readonly PipelineHandler[]; readonly pipelineFile: string }
  | { readonly handlers: readonly ['kafka-topic']; readonly pipelineFile?: undefined };

export type HandlerName = BundleSource['handlers'][number];

export type BundleProps = BundleSource & {
  /** Folder that gets a module per handler, the chunks beside them and their maps; made when it is not there, modules of older bundles go. */
  readonly outDir: string;
  /** Folder that holds `lambdas/`. @default the folder of this project */
  readonly rootDir?: string;
};

export interface Bundle {
  /** By handler, what is loaded when the function starts: its module and the chunks that it cannot do without [bytes]. */
  readonly startBytes: Readonly<Partial<Record<HandlerName, number>>>;
  /** By handler, the source files in that, relative to `rootDir`. */
  readonly startInputs: Readonly<Partial<Record<HandlerName, readonly string[]>>>;
  /** Every source file in it, relative to `rootDir`. */
  readonly inputs: readonly string[];
}

/** File of a handler's module in its bundle. */
export function moduleFile(handler: HandlerName): string {
  return `${handler}.mjs`;
}

type Built = BuildResult<BuildOptions & { write: false; metafile: true }>;

/**
 * Turns handlers, and the pipeline that they run, into ES modules with all they import, the AWS SDK included: one per handler,
 * and chunks for what they share and for what is imported only when it is needed, so that no function waits for a client
 * that its pipeline never uses.
 *
 * The CDK app and the local runner both call this, so what runs locally is what is deployed. Equal sources give equal
 * bytes, whatever folder the project lies in: a deployment without a change changes no function.
 *
 * @throws BUNDLE_FAILED (invalid) when esbuild reports an error or a warning
 * @throws BUNDLER_MISSING (invalid) when esbuild's program for this platform is not installed
 */
export function bundleHandlers({ handlers, pipelineFile, outDir, rootDir = projectDir }: BundleProps): Bundle {
  const { outputFiles, metafile } = buildInMemory(
    handlers,
    pipelineFile === undefined ? undefined : resolve(rootDir, pipelineFile),
    rootDir,
  );
  mkdirSync(outDir, { recursive: true });
  for (const old of readdirSync(outDir).filter((file) => /\.mjs(\.map)?$/.test(file))) rmSync(join(outDir, old));
  for (const output of outputFiles) writeFileSync(join(outDir, basename(output.path)), output.contents);
  const starts = handlers.map((handler) => [handler, outputsAtStart(metafile, moduleFile(handler))] as const);
  return {
    startBytes: Object.fromEntries(starts.map(([handler, outputs]) => [handler, bytesOf(outputs)])),
    startInputs: Object.fromEntries(starts.map(([handler, outputs]) => [handler, inputsOf(outputs)])),
    inputs: Object.keys(metafile.inputs).sort(),
  };
}

const projectDir = resolve(import.meta.dirname, '..');

/** Some dependencies are CommonJS and call `require` for Node's own modules; an ES module has none. */
export const REQUIRE_BANNER =
  "import { createRequire as tidemarkCreateRequire } from 'node:module';const require = tidemarkCreateRequire(import.meta.url);";

function buildInMemory(handlers: readonly HandlerName[], pipelineFile: string | undefined, rootDir: string): Built {
  const entryPoints = Object.fromEntries(
    handlers.map((handler) => [handler, `lambdas/${handler}/handler${SOURCE_EXTENSION}`]),
  );
  const entry = Object.values(entryPoints).join(' and ');
  const built = orBundleFailed(entry, pipelineFile, () =>
    buildSync({
      absWorkingDir: rootDir,
      entryPoints,
      ...definitionOf(pipelineFile),
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
      banner: { js: REQUIRE_BANNER },
      // A tsconfig.json of the folder would change the bytes.
      tsconfigRaw: {},
      logLevel: 'silent',
    }),
  );
  if (built.warnings.length > 0) throw bundleFailed(entry, pipelineFile, built.warnings);
  return built;
}

/** What `#pipeline` is: the module, or one that makes a pipeline of the file of SQL. */
function definitionOf(pipelineFile: string | undefined): Pick<BuildOptions, 'alias' | 'define' | 'loader'> {
  const kafka = SOURCE_EXTENSION === '.ts' ? kafkaClientAlias() : {};
  if (pipelineFile === undefined) return { alias: kafka };
  if (!pipelineFile.endsWith(SQL_EXTENSION)) return { alias: { '#pipeline': pipelineFile, ...kafka } };
  const module = join(import.meta.dirname, `sql-pipeline${SOURCE_EXTENSION}`);
  return {
    alias: { '#pipeline': module, '#sql': pipelineFile, ...kafka },
    define: { TIDEMARK_SQL_NAME: JSON.stringify(basename(pipelineFile, SQL_EXTENSION)) },
    loader: { [SQL_EXTENSION]: 'text' },
  };
}

/** Parts of the Kafka client that a bundle has in another form; what is in the package is bundled with them already. */
export function kafkaClientAlias(): Record<string, string> {
  const unchecked = join(import.meta.dirname, `unchecked-options${SOURCE_EXTENSION}`);
  const schema = 'ajv/dist/refs/json-schema-draft-06.json';
  return {
    // It reads its WebAssembly from a file beside it, unless it is told to take the copy inside a module.
    '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled',
    ajv: unchecked,
    'ajv/dist/2020.js': unchecked,
    'ajv-draft-04': unchecked,
    // An alias holds for all below it: this one leaves a file what it is.
    [schema]: createRequire(import.meta.resolve('@platformatic/kafka')).resolve(schema),
  };
}

type Output = Built['metafile']['outputs'][string];

function outputsAtStart({ outputs }: Built['metafile'], module: string): Output[] {
  const loaded = new Set([module]);
  for (const name of loaded)
    for (const { path, kind } of outputs[name]?.imports ?? [])
      if (kind === 'import-statement' && path in outputs) loaded.add(path);
  return [...loaded].flatMap((name) => outputs[name] ?? []);
}

const bytesOf = (outputs: readonly Output[]): number => outputs.reduce((sum, { bytes }) => sum + bytes, 0);

function inputsOf(outputs: readonly Output[]): string[] {
  const used = outputs.flatMap(({ inputs }) => Object.entries(inputs));
  return used.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])).sort();
}

function orBundleFailed(entry: string, pipelineFile: string | undefined, build: () => Built): Built {
  try {
    return build();
  } catch (error) {
    if (isProgramMissing(error))
      throw new TidemarkError(
        'invalid',
        'BUNDLER_MISSING',
        `the package @esbuild/${process.platform}-${process.arch} must be installed to bundle functions, got none; install again without --omit=optional, on the platform that bundles`,
        { cause: error },
      );
    if (!isBuildFailure(error)) throw error;
    throw bundleFailed(entry, pipelineFile, error.errors, error);
  }
}

/** esbuild's program is an optional dependency of its own for each platform; in the package esbuild looks for the rest of itself then. */
function isProgramMissing(error: unknown): boolean {
  return /could not be found, and is needed by esbuild|Cannot find module 'esbuild'/.test(messageOf(error));
}

function isBuildFailure(error: unknown): error is BuildFailure {
  // esbuild may report from a worker thread: an Error of another realm is no instance of ours.
  return typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors);
}

function bundleFailed(
  entry: string,
  pipelineFile: string | undefined,
  reports: Message[],
  cause?: unknown,
): TidemarkError {
  const [first] = reports;
  const report = first === undefined ? 'none' : `${JSON.stringify(first.text)}${positionOf(first)}`;
  const text = `${entry}${pipelineFile === undefined ? '' : ` with ${pipelineFile}`} must bundle without a report, got ${report}; correct that file`;
  return new TidemarkError('invalid', 'BUNDLE_FAILED', text, {
    context: { entry, pipelineFile, reports: reports.length },
    cause,
  });
}

function positionOf({ location }: Message): string {
  return location === null ? '' : ` at ${location.file}:${location.line}:${location.column}`;
}
