import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readEnvironment, type FunctionEnvironment } from '../../lambdas/environment.ts';
import { kafkaConnect } from '../../lambdas/kafka-connect.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_alice-AbCdEf';
const before = { ...process.env };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-connect-'));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true, force: true });
});

const environment = (security: Partial<FunctionEnvironment>) =>
  readEnvironment({
    TIDEMARK_LOG_TABLE: 'log',
    TIDEMARK_BLOBS: 'file:///blobs',
    TIDEMARK_LAKE: 'file:///lake',
    TIDEMARK_KAFKA_BROKERS: 'b-1:9098,b-2:9098',
    ...security,
  });
const connect = (security: Partial<FunctionEnvironment>) => kafkaConnect(environment(security), 'a test')();
const secretFile = (text: string): string => {
  const file = join(folder, 'secret.json');
  writeFileSync(file, text);
  return pathToFileURL(file).href;
};

it('names all brokers, and needs nothing else', async () => {
  expect(await connect({})).toEqual({ brokers: ['b-1:9098', 'b-2:9098'] });
});

it('reads the secret anew each time', async () => {
  const reconnect = kafkaConnect(
    environment({
      TIDEMARK_KAFKA_AUTH: 'plain',
      TIDEMARK_KAFKA_SECRET: secretFile('{"username":"a","password":"first"}'),
    }),
    'a test',
  );
  expect((await reconnect()).sasl?.password).toBe('first');
  secretFile('{"username":"a","password":"second"}');
  expect((await reconnect()).sasl?.password).toBe('second');
});

it('signs a request to connect with the rights of the function', async () => {
  const { sasl } = await connect({ TIDEMARK_KAFKA_AUTH: 'iam' });
  const request = new URL(Buffer.from(await (sasl?.token as () => Promise<string>)(), 'base64url').toString());
  expect(request.host).toBe('kafka.eu-central-1.amazonaws.com');
  expect(request.searchParams.get('Action')).toBe('kafka-cluster:Connect');
  expect(request.searchParams.get('X-Amz-Credential')).toMatch(
    /^AKIATEST\/\d{8}\/eu-central-1\/kafka-cluster\/aws4_request$/,
  );
});

describe('a secret in Secrets Manager', () => {
  let server: Server;
  let answer: { readonly status: number; readonly body: unknown };
  const asked: string[] = [];
  beforeEach(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        asked.push(body);
        response
          .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' })
          .end(JSON.stringify(answer.body));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => void server.close());
  const security = { TIDEMARK_KAFKA_AUTH: 'scram-512', TIDEMARK_KAFKA_SECRET: ARN } as const;

  it('is asked for by its ARN', async () => {
    answer = { status: 200, body: { SecretString: '{"username":"alice","password":"alice-secret"}' } };
    expect((await connect(security)).sasl).toEqual({
      mechanism: 'SCRAM-SHA-512',
      username: 'alice',
      password: 'alice-secret',
    });
    expect(asked.at(-1)).toBe(JSON.stringify({ SecretId: ARN }));
  });

  it('that may not be read is a fault of the deployment', async () => {
    answer = { status: 400, body: { __type: 'AccessDeniedException', message: 'not you' } };
    await expect(connect(security)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'SECRET_REFUSED',
      message: expect.stringContaining('grant the call to the role of this function'),
    });
  });

  it('that is not text is refused', async () => {
    answer = { status: 200, body: { SecretBinary: 'AAAA' } };
    await expect(connect(security)).rejects.toMatchObject({ kind: 'invalid', code: 'SECRET_MALFORMED' });
  });
});

describe('a secret that is no JSON object of texts', () => {
  it.each([
    'alice-secret',
    '["alice-secret"]',
    '{"username":"alice","password":7}',
    '{"username":"alice","password":"alice-secret","port":9096}',
    'null',
    '',
  ])('%s is refused without repeating it', async (text) => {
    const refused = connect({ TIDEMARK_KAFKA_AUTH: 'plain', TIDEMARK_KAFKA_SECRET: secretFile(text) });
    await expect(refused).rejects.toMatchObject({
      kind: 'invalid',
      code: 'SECRET_MALFORMED',
      message: expect.not.stringContaining('alice'),
    });
  });

  it('because there is no file says so', async () => {
    await expect(
      connect({ TIDEMARK_KAFKA_AUTH: 'plain', TIDEMARK_KAFKA_SECRET: 'file:///nowhere/at/all.json' }),
    ).rejects.toMatchObject({ code: 'SECRET_REFUSED' });
  });
});

describe('an environment', () => {
  it.each([
    ['TIDEMARK_KAFKA_AUTH', 'kerberos', 'none or tls or iam or plain or scram-256 or scram-512 or mtls'],
    ['TIDEMARK_KAFKA_SECRET', 'AmazonMSK_alice', 'the ARN of a secret or file:///….json'],
    ['TIDEMARK_KAFKA_CA', 'ca.pem', 'the ARN of a secret or file:///….json'],
  ])('with a wrong %s is refused', (name, value, rule) => {
    expect(() => environment({ [name]: value })).toThrow(`${name} must be ${rule}, got "${value}"`);
  });
});
