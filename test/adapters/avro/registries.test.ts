import { GlueClient } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfluentRegistry } from '../../../adapters/avro/confluent-registry.ts';
import { GlueRegistry } from '../../../adapters/avro/glue-registry.ts';
import { startScriptedServer, type ScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer;
let glue: GlueClient;
beforeAll(async () => {
  server = await startScriptedServer();
  glue = new GlueClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  glue.destroy();
  await server.close();
});

describe('ConfluentRegistry', () => {
  const registry = (credentials = ''): ConfluentRegistry =>
    new ConfluentRegistry(`http://${credentials}127.0.0.1:${server.port}/`);

  it('asks for the schema of an id, with credentials where the address has them', async () => {
    server.script({ status: 200, body: { schema: '"string"' } });
    expect(await registry('me:s%40fe@').schemaOf('7')).toEqual({ definition: '"string"', references: [] });
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      url: '/schemas/ids/7',
      headers: { authorization: `Basic ${Buffer.from('me:s@fe').toString('base64')}` },
    });
    await registry().schemaOf('7');
    expect(server.requests[1]?.headers).not.toHaveProperty('authorization');
  });

  it('reads credentials once, and anew when the registry does not accept them', async () => {
    const passwords = ['old', 'new', 'newest'];
    const asked = new ConfluentRegistry(`http://127.0.0.1:${server.port}`, async () => ({
      username: 'me',
      password: passwords.shift() ?? '',
    }));
    server.script(
      { status: 200, body: { schema: '"string"' } },
      { status: 401, body: {} },
      { status: 200, body: { schema: '"string"' } },
    );
    await asked.schemaOf('1');
    await expect(asked.schemaOf('2')).rejects.toMatchObject({ kind: 'unavailable', code: 'REGISTRY_UNAVAILABLE' });
    await asked.schemaOf('2');
    const sent = server.requests.map(({ headers }) =>
      Buffer.from(String(headers['authorization']).replace('Basic ', ''), 'base64').toString(),
    );
    expect(sent).toEqual(['me:old', 'me:old', 'me:new']);
  });

  it('brings the schemas that it refers to, the furthest first', async () => {
    server.script(
      {
        status: 200,
        body: {
          schema: '"C"',
          references: [
            { name: 'B', subject: 'b/x', version: 2 },
            { name: 'A', subject: 'a', version: 1 },
          ],
        },
      },
      { status: 200, body: { schema: '"B"', references: [{ name: 'A', subject: 'a', version: 1 }] } },
      { status: 200, body: { schema: '"A"' } },
    );
    expect(await registry().schemaOf('7')).toEqual({ definition: '"C"', references: ['"A"', '"B"'] });
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/schemas/ids/7',
      '/subjects/b%2Fx/versions/2',
      '/subjects/a/versions/1',
    ]);
  });

  it('knows of no schema when the registry says so, and only then', async () => {
    server.script({ status: 404, body: { error_code: 40403, message: 'Schema 7 not found' } });
    expect(await registry().schemaOf('7')).toBeUndefined();
    server.script({ status: 404, body: '<html>not found</html>' });
    await expect(registry().schemaOf('7')).rejects.toMatchObject({ kind: 'unavailable', code: 'REGISTRY_UNAVAILABLE' });
  });

  it.each([
    { status: 401, body: { error_code: 40101, message: 'Unauthorized' } },
    { status: 500, body: {} },
    'cut',
  ] as const)('is unavailable after %j', async (reply) => {
    server.script(reply);
    await expect(registry().schemaOf('7')).rejects.toMatchObject({ kind: 'unavailable', code: 'REGISTRY_UNAVAILABLE' });
  });

  it('refuses a schema that is no Avro', async () => {
    server.script({ status: 200, body: { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' } });
    await expect(registry().schemaOf('7')).rejects.toMatchObject({
      kind: 'data',
      code: 'SCHEMA_NOT_AVRO',
      message: 'schema 7 must be Avro, got PROTOBUF; use the Avro serializer in the producer',
    });
  });
});

describe('GlueRegistry', () => {
  const schemaOf = () => new GlueRegistry(glue).schemaOf('12345678-9abc-def0-1234-56789abcdef0');

  it('asks for the schema of a version', async () => {
    server.script({ status: 200, body: { SchemaDefinition: '"string"', DataFormat: 'AVRO' } });
    expect(await schemaOf()).toEqual({ definition: '"string"', references: [] });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      SchemaVersionId: '12345678-9abc-def0-1234-56789abcdef0',
    });
  });

  it('knows of no schema when Glue says so', async () => {
    server.script({ status: 400, body: { __type: 'EntityNotFoundException', Message: 'no' } });
    expect(await schemaOf()).toBeUndefined();
  });

  it('tells what may pass from what will not', async () => {
    server.script({ status: 500, body: { __type: 'InternalServiceException' } });
    await expect(schemaOf()).rejects.toMatchObject({ kind: 'unavailable', code: 'REGISTRY_UNAVAILABLE' });
    server.script({ status: 400, body: { __type: 'AccessDeniedException', Message: 'no' } });
    await expect(schemaOf()).rejects.toMatchObject({ kind: 'invalid', code: 'REGISTRY_REFUSED' });
    server.script({ status: 200, body: { SchemaDefinition: '{}', DataFormat: 'JSON' } });
    await expect(schemaOf()).rejects.toMatchObject({ kind: 'data', code: 'SCHEMA_NOT_AVRO' });
  });
});
