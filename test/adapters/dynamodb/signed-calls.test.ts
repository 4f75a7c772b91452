import { BatchExecuteStatementCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoDbClient } from '../../../adapters/dynamodb/client.ts';
import { SignedCalls } from '../../../adapters/dynamodb/signed-calls.ts';
import { errorName, errorStatus, isTransient } from '../../../adapters/shared/aws-failure.ts';
import { dynamoDbError, startScriptedServer, type Reply, type ScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer;
const clients: DynamoDBClient[] = [];

beforeAll(async () => {
  server = await startScriptedServer();
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await server.close();
});

const BODY = JSON.stringify({
  Statements: [{ Statement: 'INSERT INTO "t" VALUE {\'key\': ?}', Parameters: [{ S: 'Zürich ✈' }] }],
});
const NOW_MS = Date.UTC(2026, 10, 28, 4, 30, 5);

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

function clientOf(credentials: () => Credentials, requestTimeoutMs = 5_000): DynamoDBClient {
  const endpoint = `http://127.0.0.1:${server.port}`;
  const client = dynamoDbClient({
    region: 'eu-west-3',
    endpoint,
    credentials: async () => credentials(),
    requestTimeoutMs,
  });
  clients.push(client);
  return client;
}

const fixed = (): Credentials => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
const seen = (): ScriptedServer['requests'][number] => server.requests.at(-1) as ScriptedServer['requests'][number];

describe('SignedCalls', () => {
  it.each([
    ['without a session', undefined],
    ['of a session', 'token/+='],
  ])('signs a call as the SDK signs the same: credentials %s', async (_, sessionToken) => {
    const credentials = { ...fixed(), ...(sessionToken === undefined ? {} : { sessionToken }) };
    server.script({ status: 200, body: { Responses: [] } });
    const client = clientOf(() => credentials);
    const calls = new SignedCalls(client, { nowMs: () => NOW_MS });
    expect(await calls.call('BatchExecuteStatement', BODY)).toEqual({ Responses: [] });
    const { method, url, headers, body } = seen();
    expect(body).toBe(BODY);
    const {
      authorization,
      connection: _connection,
      'user-agent': userAgent,
      'content-length': _length,
      ...signed
    } = headers;
    expect(userAgent).toMatch(/^aws-sdk-js/);
    const signer = await client.config.signer();
    const again = await signer.sign(
      { method, path: url, protocol: 'http:', hostname: '127.0.0.1', headers: signed as Record<string, string>, body },
      { signingDate: new Date(NOW_MS), unsignableHeaders: new Set(['x-amz-content-sha256']) },
    );
    expect(authorization).toBe(again.headers['authorization']);
  });

  it('goes on with the credentials of the provider when they are renewed, and with the key of the next day', async () => {
    server.script({ status: 200 });
    let secret = 'first';
    let nowMs = NOW_MS;
    const expiration = (): Date => new Date(0);
    const client = clientOf(() => ({ accessKeyId: secret, secretAccessKey: secret, expiration: expiration() }));
    const calls = new SignedCalls(client, { nowMs: () => nowMs });
    const scopes: string[] = [];
    for (const [next, days] of [
      ['first', 0],
      ['second', 0],
      ['second', 1],
    ] as const) {
      secret = next;
      nowMs = NOW_MS + days * 86_400_000;
      await calls.call('BatchExecuteStatement', BODY);
      scopes.push(/Credential=([^,]+)\/eu-west-3/.exec(String(seen().headers.authorization))?.[1] ?? '');
    }
    expect(scopes).toEqual(['first/20261128', 'second/20261128', 'second/20261129']);
  });

  const replies: ReadonlyArray<readonly [string, Reply]> = [
    ['throttling', { status: 400, body: dynamoDbError('ThrottlingException') }],
    ['a refusal', { status: 400, body: dynamoDbError('AccessDeniedException') }],
    ['an operation that the service does not know', { status: 400, body: dynamoDbError('UnknownOperationException') }],
    ['an error of the service', { status: 500, body: dynamoDbError('InternalServerError') }],
    ['a page of a proxy', { status: 503, body: '<html>' }],
    ['a connection that is cut', 'cut'],
    ['silence', 'silence'],
  ];
  it.each(replies)('throws what the SDK throws: %s', async (_, reply) => {
    const client = clientOf(fixed, 200);
    const calls = new SignedCalls(client);
    server.script(reply);
    const signed = await calls.call('BatchExecuteStatement', BODY).catch((error: unknown) => error);
    const sdk = await client
      .send(new BatchExecuteStatementCommand({ Statements: [{ Statement: 'x' }] }))
      .catch((error: unknown) => error);
    expect(signed).toHaveProperty('message');
    expect([isTransient(signed), errorStatus(signed)]).toEqual([isTransient(sdk), errorStatus(sdk)]);
    if (typeof reply === 'object' && typeof reply.body === 'object') expect(errorName(signed)).toBe(errorName(sdk));
  });

  it('counts a reply that is no JSON as an unknown outcome', async () => {
    server.script({ status: 200, body: '{"Responses":[' });
    const error = await new SignedCalls(clientOf(fixed)).call('BatchExecuteStatement', BODY).catch((e: unknown) => e);
    expect([errorName(error), isTransient(error)]).toEqual(['SyntaxError', true]);
  });

  it('follows the clock of the service when its own is wrong', async () => {
    server.script({ status: 200 });
    const calls = new SignedCalls(clientOf(fixed), { nowMs: () => 0 });
    await calls.call('BatchExecuteStatement', BODY);
    expect(seen().headers['x-amz-date']).toBe('19700101T000000Z');
    await calls.call('BatchExecuteStatement', BODY);
    expect(seen().headers['x-amz-date']).toMatch(/^20\d{6}T/);
  });

  it('asks for credentials again after they could not be had', async () => {
    server.script({ status: 200, body: { Responses: [] } });
    let tries = 0;
    const calls = new SignedCalls(
      clientOf(() => {
        if ((tries += 1) === 1) throw Object.assign(new Error('no role yet'), { name: 'CredentialsProviderError' });
        return fixed();
      }),
    );
    const error = await calls.call('BatchExecuteStatement', BODY).catch((e: unknown) => e);
    expect(isTransient(error)).toBe(false);
    expect(await calls.call('BatchExecuteStatement', BODY)).toEqual({ Responses: [] });
  });
});
