import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { count, kinesis, pipeline, resultTable, seconds, tumbling } from '../../engine/index.ts';
import type { Topology } from '../../engine/topology.ts';
import { doorbellOf } from '../../lambdas/doorbell.ts';
import { readEnvironment } from '../../lambdas/environment.ts';
import { READING } from '../engine/support/readings.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';

/** By value every ten seconds, then all together after each commit. */
const { fragments } = pipeline('readings')
  .source(kinesis({ stream: 'departures', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('value', { paceMs: seconds(10) })
  .window(tumbling({ sizeMs: 10 }))
  .aggregate({ n: count() })
  .keyAll({ paceMs: 0 })
  .window(tumbling({ sizeMs: 10 }))
  .aggregate({ n: count() })
  .to(resultTable());

const VARIABLES = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

let server: ScriptedServer;
let before: NodeJS.ProcessEnv;

beforeAll(async () => {
  server = await startScriptedServer();
  before = { ...process.env };
  Object.assign(process.env, VARIABLES, { AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${server.port}` });
});
afterAll(async () => {
  process.env = before;
  await server.close();
});

/** Ids of what a fragment sends that rings these at the same time as others do. */
async function idsOf(fragment: number, exchange: string): Promise<string[]> {
  const url = (name: string): string => `${name}=http://127.0.0.1:${server.port}/123456789012/${name}.fifo`;
  const environment = readEnvironment({
    TIDEMARK_LOG_TABLE: 'log',
    TIDEMARK_RESULTS_TABLE: '',
    TIDEMARK_BLOBS: 's3://blobs',
    TIDEMARK_LAKE: 's3://lake',
    TIDEMARK_DOORBELL: `${url('by-value')} ${url('all')}`,
  });
  server.script({ status: 200, body: { Successful: [], Failed: [] } });
  await doorbellOf(fragments[fragment] as Topology, environment)?.ring(exchange, [0]);
  return server.requests.map(({ body }) => {
    const { Entries } = JSON.parse(body) as { readonly Entries: ReadonlyArray<{ MessageDeduplicationId: string }> };
    return Entries[0]?.MessageDeduplicationId as string;
  });
}

describe.each([
  ['the function that reads the source', 0],
  ['receivers of the first exchange', 1],
])('a ring by %s', (_, fragment) => {
  it('has the pace that the definition gives its exchange', async () => {
    const [paced] = await idsOf(fragment, 'by-value');
    const interval = Number(/^by-value\/0\/(\d+)$/.exec(paced ?? '')?.[1]);
    // Of 9,900 ms each.
    expect(Math.abs(interval - Date.now() / 9_900)).toBeLessThanOrEqual(2);
  });

  it('is by itself where there is no pace', async () => {
    expect(await idsOf(fragment, 'all')).toEqual([expect.stringMatching(/^all\/0\/(?!\d+$)/)]);
  });
});
