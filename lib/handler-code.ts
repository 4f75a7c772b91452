import { resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleHandler } from '../lambdas/bundle.ts';
import type { HandlerSource } from '../lambdas/bundle.ts';

const lambdasDir = resolve(import.meta.dirname, '../lambdas');

/** One handler, bundled with the pipeline that it runs. Its hash is that of the bundle: no change of code, no deployment. */
export function handlerCode(source: HandlerSource): Code {
  const { handler, pipelineFile } = source;
  return Code.fromAsset(resolve(lambdasDir, handler), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none: bundled without Docker'),
      // Only tells the CDK's cache of assets one pipeline from another: their source folder is the same.
      ...(pipelineFile === undefined ? {} : { environment: { pipelineFile } }),
      local: {
        tryBundle(outDir: string): boolean {
          bundleHandler({ ...source, outDir });
          return true;
        },
      },
    },
  });
}
