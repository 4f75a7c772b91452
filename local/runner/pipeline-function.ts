import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleHandlers, moduleFile, type PipelineHandler } from '../../lambdas/bundle.ts';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import { ACCESS_KEY, REGION } from '../aws/clients.ts';
import { logTableName, resultsTableName } from '../aws/tables.ts';
import type { LoadedPipeline } from '../load-pipeline.ts';
import type { Terminal } from '../report/terminal.ts';
import type { PipelineDir } from '../storage/data-dir.ts';
import { LocalFunction } from '../worker/local-function.ts';
import { parseMetrics, type MetricsCollector } from '../worker/metrics.ts';
import type { Services } from './services.ts';

/** The bundle that is deployed for this pipeline. */
export function bundlePipeline({ file }: LoadedPipeline, dir: PipelineDir, handlers: readonly PipelineHandler[]): void {
  bundleHandlers({ handlers, pipelineFile: file, outDir: dir.bundle });
}

export interface FunctionRole {
  readonly handler: PipelineHandler;
  /** The source that it reads, of a pipeline with several. */
  readonly source?: string;
  /** That of a function of receivers. */
  readonly exchange?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * A function of a pipeline, wired to the emulators; its metrics go to the collector, its other lines to the terminal.
 *
 * @param role what it works for, and what its environment needs beside that of every function
 */
export function pipelineFunction(
  { handler, source = '', exchange = '', environment = {} }: FunctionRole,
  { topology }: LoadedPipeline,
  dir: PipelineDir,
  services: Services,
  metrics: MetricsCollector,
  terminal: Terminal,
): LocalFunction {
  const { name, sinks } = topology;
  const functionName = ['tidemark', name, handler, source, exchange].filter((word) => word !== '').join('-');
  const print = (line: string): void => terminal.line(`function: ${line}`);
  return new LocalFunction({
    functionName,
    modulePath: join(dir.bundle, moduleFile(handler)),
    environment: {
      ...({
        TIDEMARK_LOG_TABLE: logTableName(name),
        TIDEMARK_RESULTS_TABLE: sinks.some((sink) => sink.kind === 'resultTable') ? resultsTableName(name) : '',
        TIDEMARK_BLOBS: pathToFileURL(dir.blobs).href,
        TIDEMARK_OUTPUT_STREAM: sinks.find((sink) => sink.kind === 'stream')?.stream ?? '',
        TIDEMARK_LAKE: pathToFileURL(dir.lake).href,
        TIDEMARK_SOURCE: source,
        TIDEMARK_EXCHANGE: exchange,
      } satisfies FunctionEnvironment),
      AWS_ENDPOINT_URL_DYNAMODB: services.dynamodb.endpoint,
      AWS_ENDPOINT_URL_KINESIS: services.kinesis.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: ACCESS_KEY,
      AWS_LAMBDA_FUNCTION_NAME: functionName,
      ...services.kafka,
      ...inlineLimit(),
      TIDEMARK_SCHEMA_REGISTRY: process.env['TIDEMARK_SCHEMA_REGISTRY'] ?? '',
      ...environment,
    },
    stdoutLine: (line) => {
      const values = parseMetrics(line);
      if (values === undefined) print(line);
      else metrics.add(values);
    },
    stderrLine: print,
  });
}

/** As a stage may have it: set in the environment of the command. */
function inlineLimit(): Pick<FunctionEnvironment, 'TIDEMARK_INLINE_KIB'> {
  const kib = process.env['TIDEMARK_INLINE_KIB'];
  return kib === undefined ? {} : { TIDEMARK_INLINE_KIB: kib };
}
