import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleHandlers, type HandlerName } from '../../lambdas/bundle.ts';

const outDir = mkdtempSync(join(tmpdir(), 'tidemark-start-'));
afterAll(() => rmSync(outDir, { recursive: true }));

/** Packages that a function loads when it starts, by name. */
function packagesAtStart(
  pipeline: string,
  handler: Exclude<HandlerName, 'kafka-topic'>,
): { services: string[]; others: string[] } {
  const { startInputs } = bundleHandlers({
    handlers: [handler],
    pipelineFile: `pipelines/${pipeline}.ts`,
    outDir,
  });
  const code = (startInputs[handler] ?? []).filter((file) => !file.endsWith('.json'));
  const names = code.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  const unique = [...new Set(names)].sort();
  const isService = (name: string): boolean => name.startsWith('@aws-sdk/client-');
  return { services: unique.filter(isService), others: unique.filter((name) => !isService(name)) };
}

const HEAVY = ['@platformatic/kafka', 'ajv', 'ajv-draft-04', 'protobufjs', 'long'];
const DATABASE = '@aws-sdk/client-dynamodb';

describe('a function, when it starts', () => {
  it.each(['process-kinesis', 'tick'] as const)(
    'loads the clients of DynamoDB and Kinesis for a stream, and no client of Kafka (%s)',
    (handler) => {
      const { services, others } = packagesAtStart('flights', handler);
      expect(services).toEqual([DATABASE, '@aws-sdk/client-kinesis']);
      expect(HEAVY.filter((name) => others.includes(name))).toEqual([]);
      expect(others).not.toContain('avsc');
    },
  );

  it.each(['process-kafka', 'tick-kafka'] as const)(
    'loads the clients of DynamoDB and Kafka for a topic, and compiles no schema of options (%s)',
    (handler) => {
      const { services, others } = packagesAtStart('flights-kafka', handler);
      expect(services).toEqual([DATABASE]);
      expect(HEAVY.filter((name) => others.includes(name))).toEqual(['@platformatic/kafka']);
    },
  );

  it('loads the client of DynamoDB alone for the receivers of an exchange', () => {
    const { services, others } = packagesAtStart('routes', 'receive');
    expect(services).toEqual([DATABASE]);
    expect(HEAVY.filter((name) => others.includes(name))).toEqual([]);
  });
});
