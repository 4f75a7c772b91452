import { resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleHandler } from '../../lambdas/bundle.ts';
import type { HandlerName } from '../../lambdas/bundle.ts';

const lambdasDir = resolve(import.meta.dirname, '../../lambdas');

/** One handler bundled with one pipeline. Its hash is that of the bundle: no change of code, no deployment. */
export function handlerCode(handler: HandlerName, pipelineFile: string): Code {
  return Code.fromAsset(resolve(lambdasDir, handler), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none: bundled without Docker'),
      // Only tells the CDK's cache of assets one pipeline from another: their source folder is the same.
      environment: { pipelineFile },
      local: {
        tryBundle(outDir: string): boolean {
          bundleHandler({ handler, pipelineFile, outDir });
          return true;
        },
      },
    },
  });
}
