import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an AWS answers to one call: a status and a body, as JSON or as the XML that it is. */
export interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

export interface FakeAws {
  readonly endpoint: string;
  /** Names of the calls so far, e.g. `DescribeTable log-1`. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/**
 * An HTTP server that answers by the call, so that real SDK clients meet it whatever their order.
 *
 * @param answers by call, e.g. `DescribeTable log-1`, a listing of S3's with its prefix, or by its first word
 */
export async function startFakeAws(answers: Readonly<Record<string, Answer>>): Promise<FakeAws> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = callOf(request, Buffer.concat(chunks).toString('utf8'));
      calls.push(call);
      const prefix = new URL(request.url ?? '', 'http://aws').searchParams.get('prefix');
      const { status = 200, body } = answers[`${call}?prefix=${prefix}`] ??
        answers[call] ??
        answers[call.split(' ')[0] ?? ''] ?? { status: 500, body: `no answer to ${call}` };
      response
        .writeHead(status, { 'content-type': typeof body === 'string' ? 'text/xml' : 'application/json' })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Kinesis and DynamoDB name the call in a header, CloudFormation in its form, Lambda and S3 by the path. */
function callOf({ headers, method, url = '' }: IncomingMessage, body: string): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const { TableName, StreamName } = JSON.parse(body) as { TableName?: string; StreamName?: string };
    return [target.slice(target.indexOf('.') + 1), TableName ?? StreamName]
      .filter((part) => part !== undefined)
      .join(' ');
  }
  const action = new URLSearchParams(body).get('Action');
  return action ?? `${method} ${decodeURIComponent(url.split('?')[0] ?? '')}`;
}
