/** A CDK project of somebody else, file by file: what docs/cloud.md says, nothing more. */
export function projectFiles(
  tarball: string,
  versions: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    'package.json': JSON.stringify({
      name: 'shop',
      private: true,
      type: 'module',
      dependencies: { tidemark: `file:${tarball}`, ...versions },
    }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2024',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        types: ['node'],
      },
    }),
    'pipelines/orders.ts': ORDERS,
    'app.ts': APP,
    'orders.test.ts': ORDERS_TEST,
    'misuse.ts': MISUSE,
    'purchases.ndjson': ['2026-01-01T00:00:10Z', '2026-01-01T00:00:20Z', '2026-01-01T01:30:00Z']
      .map((at, index) => `${JSON.stringify({ shop: 'zurich', at, priceUsd: 10 + index })}\n`)
      .join(''),
  };
}

const ORDERS = `
import * as z from 'zod';
import { count, hours, kinesis, lake, mean, minutes, pipeline, resultTable, tumbling } from 'tidemark';

const Purchase = z.object({ shop: z.string(), at: z.iso.datetime(), priceUsd: z.number() });

export default pipeline('orders')
  .source(kinesis({ stream: 'purchases', partitionKey: 'shop', schema: Purchase }))
  .eventTime((purchase) => Date.parse(purchase.at), { maxOutOfOrdernessMs: minutes(1) })
  .keyBy('shop')
  .window(tumbling({ sizeMs: hours(1) }))
  .aggregate({ purchases: count(), meanPriceUsd: mean('priceUsd') })
  .to(resultTable(), lake());
`;

const ORDERS_TEST = `
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSame, PipelineTest } from 'tidemark/testing';
import orders from './pipelines/orders.ts';

const purchases = [10, 12].map((priceUsd) => ({ shop: 'zurich', at: '2026-01-01T00:00:10Z', priceUsd }));

test('means of a shop', async () => {
  const shops = new PipelineTest(orders);
  await shops.put(...purchases, { shop: 'zurich' });
  await shops.finish();
  const means: ReadonlyArray<number | null> = shops.results.map(({ values }) => values.meanPriceUsd);
  assert.deepEqual(means, [11]);
  assert.equal(shops.deadLetters[0]?.code, 'SCHEMA_MISMATCH');
  await checkSame(orders, (disturbed) => disturbed.put(...purchases), { runs: 3 });
});
`;

const APP = `
import { App, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { StreamingPipeline, stageSettings } from 'tidemark/cdk';
import orders from './pipelines/orders.ts';

class ShopStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const pipeline = new StreamingPipeline(this, 'Orders', {
      pipeline: orders,
      settings: stageSettings('prod', { memoryMiB: 512 }),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = new Role(this, 'Api', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    pipeline.results?.grantReadData(api);
    pipeline.grantPut(api);
    Tags.of(pipeline).add('team', 'checkout');
  }
}

const app = new App({ outdir: 'cdk.out' });
new ShopStack(app, 'Shop');
app.synth();
`;

/** Types that had become \`any\` on the way would let all of this pass. */
const MISUSE = `
import { Stack } from 'aws-cdk-lib';
import { kinesis, mean, minutes, pipeline, resultTable, tumbling } from 'tidemark';
import { StreamingPipeline, stageSettings } from 'tidemark/cdk';
import * as z from 'zod';

// @ts-expect-error a pipeline is needed
new StreamingPipeline(new Stack(), 'Orders', {});
// @ts-expect-error there is no such stage
stageSettings('staging');
const stream = pipeline('x').source(kinesis({ stream: 's', partitionKey: 'k', schema: z.object({ k: z.string(), n: z.number() }) }));
const windows = stream.eventTime(({ n }) => n, { maxOutOfOrdernessMs: 0 }).keyBy('k').window(tumbling({ sizeMs: minutes(1) }));
// @ts-expect-error k is text
windows.aggregate({ mean: mean('k') }).to(resultTable());
`;
