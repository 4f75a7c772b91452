import { resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleHandlers } from '../lambdas/bundle.ts';
import type { BundleSource } from '../lambdas/bundle.ts';

const lambdasDir = resolve(import.meta.dirname, '../lambdas');

/** Handlers, bundled with the pipeline that they run: one asset for all functions of a pipeline. Its hash is that of the bundle: no change of code, no deployment. */
export function handlerCode(source: BundleSource): Code {
  const { handlers, pipelineFile } = source;
  return Code.fromAsset(lambdasDir, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none: bundled without Docker'),
      // Only tells the CDK's cache of assets one bundle from another: their source folder is the same.
      environment: { handlers: handlers.join(), ...(pipelineFile === undefined ? {} : { pipelineFile }) },
      local: {
        tryBundle(outDir: string): boolean {
          bundleHandlers({ ...source, outDir });
          return true;
        },
      },
    },
  });
}
