import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decoderOf } from '../../lambdas/decoder.ts';
import { readEnvironment, type FunctionEnvironment } from '../../lambdas/environment.ts';
import { record } from '../engine/support/readings.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';

const AVRO = { kind: 'avro', registry: 'confluent', readerSchema: undefined } as const;
/** The text "hi", by schema 7. */
const RECORD = record(0, Buffer.from([0, 0, 0, 0, 7, 4, 0x68, 0x69]));

let server: ScriptedServer;
let folder: string;
beforeAll(async () => {
  server = await startScriptedServer();
  folder = mkdtempSync(join(tmpdir(), 'tidemark-decoder-'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const environment = (more: Partial<FunctionEnvironment>) =>
  readEnvironment({
    TIDEMARK_LOG_TABLE: 'log',
    TIDEMARK_BLOBS: 'file:///blobs',
    TIDEMARK_LAKE: 'file:///lake',
    ...more,
  });
function secretFile(text: string): string {
  const file = join(folder, 'secret.json');
  writeFileSync(file, text);
  return pathToFileURL(file).href;
}
const decode = async (secret: string) => {
  const decoder = decoderOf(
    AVRO,
    environment({
      TIDEMARK_SCHEMA_REGISTRY: `http://127.0.0.1:${server.port}`,
      TIDEMARK_SCHEMA_REGISTRY_SECRET: secret,
    }),
  );
  return (await decoder?.decode([RECORD]))?.map(({ value }) => value);
};

describe('the decoder of a function', () => {
  it('is none for JSON, which the engine reads', () => {
    expect(decoderOf({ kind: 'json' }, environment({}))).toBeUndefined();
  });

  it('asks a registry with the credentials of its secret', async () => {
    server.script({ status: 200, body: { schema: '"string"' } });
    expect(await decode(secretFile('{"username":"me","password":"s@fe"}'))).toEqual(['hi']);
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('me:s@fe').toString('base64')}`,
    });
  });

  it('asks without any where there is no secret', async () => {
    server.script({ status: 200, body: { schema: '"string"' } });
    expect(await decode('')).toEqual(['hi']);
    expect(server.requests.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  it('says which fields a secret lacks, and nothing of what is in it', async () => {
    const decoded = decode(secretFile('{"username":"me","pasword":"s@fe"}'));
    await expect(decoded).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: expect.stringMatching(
        /must have the fields username and password with text, got \["username","pasword"\]; put them there/,
      ),
    });
    await expect(decoded).rejects.not.toMatchObject({ message: expect.stringContaining('s@fe') });
  });

  it('is refused without an address', () => {
    expect(() => decoderOf(AVRO, environment({}))).toThrow(
      'TIDEMARK_SCHEMA_REGISTRY must be the address of the schema registry, got ""; set it in the environment of the function',
    );
  });
});
