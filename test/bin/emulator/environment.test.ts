import { describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { emulatorPlace, requireAnswer } from '../../../bin/emulator/environment.ts';

describe('emulatorPlace', () => {
  it("is LocalStack's address when none is given, in us-east-1", () => {
    expect(emulatorPlace({})).toMatchObject({ endpoint: 'http://127.0.0.1:4566', region: 'us-east-1' });
  });

  it.each([
    ['http://localhost:4599', 'http://127.0.0.1:4599'],
    ['https://localhost', 'https://127.0.0.1'],
    ['http://localhost.localstack.cloud:4566/', 'http://localhost.localstack.cloud:4566'],
    ['http://emulator:4566', 'http://emulator:4566'],
  ])('reads %s as %s', (given, endpoint) => {
    expect(emulatorPlace({ AWS_ENDPOINT_URL: given }).endpoint).toBe(endpoint);
  });

  it.each([
    'https://kinesis.us-east-1.amazonaws.com',
    'https://s3.amazonaws.com.cn',
    'https://lambda.us-east-1.api.aws',
    'localhost:4566',
    'file:///tmp',
    '',
  ])('refuses %j', (endpoint) => {
    expect(() => emulatorPlace({ AWS_ENDPOINT_URL: endpoint })).toThrow(
      `AWS_ENDPOINT_URL must be the http address of an emulator, got ${JSON.stringify(endpoint)}; leave it out for http://localhost:4566; to AWS deploys npx cdk deploy`,
    );
  });

  it('leads a child process to the emulator and nowhere else', () => {
    const { environment } = emulatorPlace({
      PATH: '/bin',
      AWS_PROFILE: 'prod',
      AWS_SESSION_TOKEN: 'secret',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_ENDPOINT_URL_S3: 'https://s3.amazonaws.com',
      CDK_DEFAULT_ACCOUNT: '1',
      AWS_REGION: 'eu-central-1',
      AWS_CA_BUNDLE: '/ca.pem',
      HOME: undefined,
    });
    expect(environment).toEqual({
      PATH: '/bin',
      AWS_CA_BUNDLE: '/ca.pem',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  });
});

describe('requireAnswer', () => {
  it('takes any answer for an emulator', async () => {
    await serving(
      (_request, response) => response.writeHead(404).end(),
      (endpoint) => expect(requireAnswer(endpoint)).resolves.toBeUndefined(),
    );
  });

  it('says that nothing answers, and what to do', async () => {
    let free = '';
    await serving(
      () => undefined,
      async (endpoint) => void (free = endpoint),
    );
    await expect(requireAnswer(free)).rejects.toMatchObject({
      code: 'EMULATOR_UNREACHABLE',
      message: `an emulator must answer at ${free}, got ECONNREFUSED; start one (docs/localstack.md) or set AWS_ENDPOINT_URL`,
    });
  });

  it('does not wait for ever', async () => {
    await serving(
      () => undefined,
      (endpoint) => expect(requireAnswer(endpoint, 50)).rejects.toMatchObject({ code: 'EMULATOR_UNREACHABLE' }),
    );
  });
});

async function serving(
  answer: NonNullable<Parameters<typeof createServer>[1]>,
  use: (endpoint: string) => Promise<unknown>,
): Promise<void> {
  const server: Server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}
