/** What the emulators' servers have in common: a call is a POST whose header names it, and is answered at once. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { ServiceError } from './service-error.ts';

export interface Reply {
  readonly status: 200 | 400;
  readonly contentType: string;
  readonly body: Buffer;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpServiceProps {
  /** A request with a longer body is cut off. */
  readonly maxBodyBytes: number;
  readonly answer: (request: IncomingMessage, body: Buffer) => Reply;
  readonly close: () => void;
}

export function httpService({ maxBodyBytes, answer, close }: HttpServiceProps): Server {
  const server = createServer((request, response) => {
    let bytes = 0;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) request.destroy();
      else chunks.push(chunk);
    });
    // What a call throws beside a refusal, e.g. of a full disk, ends the server: what it would answer is not known.
    request.on('end', () => {
      const { status, contentType, body, headers } = answer(request, Buffer.concat(chunks));
      response.writeHead(status, {
        ...headers,
        'content-type': contentType,
        'content-length': body.length,
        'x-amzn-RequestId': randomUUID(),
      });
      response.end(body);
    });
  });
  server.on('close', close);
  return server;
}

/**
 * The call that a request names.
 *
 * @param prefix of the name. @example 'Kinesis_20131202.'
 * @throws UnknownOperationException · MissingAuthenticationTokenException
 */
export function requestedCall<T>(
  { method, headers, url = '' }: IncomingMessage,
  prefix: string,
  calls: ReadonlyMap<string, T>,
): T {
  const target = String(headers['x-amz-target']);
  const call = target.startsWith(prefix) ? calls.get(target.slice(prefix.length)) : undefined;
  if (method !== 'POST' || call === undefined)
    throw new ServiceError('UnknownOperationException', `No such call: ${target}`);
  // A page of the web in the user's browser cannot send it unasked.
  if (headers.authorization === undefined && !url.includes('X-Amz-Algorithm='))
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  return call;
}
