import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One reply of the script: an answer, a connection that is cut after the request arrived, or silence. */
export type Reply = { readonly status: number; readonly body?: unknown } | 'cut' | 'silence';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An HTTP server that answers from a script, so that a real SDK client meets real failures. */
export interface ScriptedServer {
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  /** Replaces the script; its last reply repeats. */
  script(...replies: Reply[]): void;
  close(): Promise<void>;
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  let replies: Reply[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      answer(request, response, (replies.length > 1 ? replies.shift() : replies[0]) ?? { status: 500 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    script: (...next) => {
      requests.length = 0;
      replies = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (reply === 'silence') return;
  if (reply === 'cut') {
    request.socket.destroy();
    return;
  }
  response.statusCode = reply.status;
  response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
}

/** DynamoDB's body for an error. */
export function dynamoDbError(name: string, extra: Record<string, unknown> = {}): { __type: string; message: string } {
  return { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'from the script', ...extra };
}
