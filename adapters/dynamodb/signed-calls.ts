/**
 * Calls of DynamoDB at a fraction of what the SDK takes for one: of a call through the SDK most is middleware and codecs.
 * What the SDK knows stays the SDK's: endpoint, credentials and their renewal, sockets and timeouts.
 *
 *     once:       SDK ──► endpoint and headers of a request that is never sent
 *     each call:  body ──► signature by the key of the day ──► the SDK's request handler ──► reply, or an error as the SDK's
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import { BatchExecuteStatementCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../engine/ports.ts';
import { SYSTEM_CLOCK } from '../shared/system-clock.ts';

type Headers = Readonly<Record<string, string>>;
type Request = Parameters<DynamoDBClient['config']['requestHandler']['handle']>[0];
type Credentials = Awaited<ReturnType<DynamoDBClient['config']['credentials']>>;

/** Where the SDK would send a call. */
interface Target {
  readonly request: Request;
  readonly region: string;
}

interface DailyKey {
  readonly scope: string;
  readonly secret: string;
  readonly key: Buffer;
}

/** Above this the clock of the service holds, as in the SDK. */
const MAX_SKEW_MS = 240_000;
const SIGNED_ALWAYS = 'content-type;host;x-amz-date';

export class SignedCalls {
  readonly #client: DynamoDBClient;
  readonly #clock: Pick<Clock, 'nowMs'>;
  #target: Promise<Target> | undefined;
  #key: DailyKey | undefined;

  constructor(client: DynamoDBClient, clock: Pick<Clock, 'nowMs'> = SYSTEM_CLOCK) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * Sends a call once.
   *
   * @param body JSON
   * @throws what the SDK would: named after DynamoDB's error, with `$metadata.httpStatusCode` where a reply came
   */
  async call(operation: string, body: string): Promise<unknown> {
    const { request, region } = await this.#reached();
    const headers = this.#signed(request, region, operation, body, await this.#client.config.credentials());
    const { response } = await this.#client.config.requestHandler.handle({ ...request, headers, body } as Request);
    const status: number = response.statusCode;
    const text = await textOf(response.body as NodeJS.ReadableStream);
    this.#follow(response.headers);
    if (status >= 300) throw errorOf(status, text, response.headers);
    return parsed(text, status);
  }

  /** A failure to find out is no answer: the next call asks again. */
  #reached(): Promise<Target> {
    this.#target ??= targetOf(this.#client).catch((error: unknown) => {
      this.#target = undefined;
      throw error;
    });
    return this.#target;
  }

  #signed(request: Request, region: string, operation: string, body: string, credentials: Credentials): Headers {
    const now = new Date(this.#clock.nowMs() + this.#client.config.systemClockOffset).toISOString();
    const time = `${now.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const scope = `${time.slice(0, 8)}/${region}/dynamodb/aws4_request`;
    const unsigned = headersOf(request, operation, body, time, credentials);
    const token = credentials.sessionToken === undefined ? '' : ';x-amz-security-token';
    const names = `${SIGNED_ALWAYS}${token};x-amz-target`;
    const lines = names.split(';').map((name) => `${name}:${unsigned[name]}\n`);
    const canonical = `POST\n${request.path}\n\n${lines.join('')}\n${names}\n${sha256(body)}`;
    const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
    const signature = createHmac('sha256', this.#keyOf(scope, credentials.secretAccessKey))
      .update(toSign)
      .digest('hex');
    return {
      ...unsigned,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    };
  }

  #keyOf(scope: string, secret: string): Buffer {
    if (this.#key?.scope !== scope || this.#key.secret !== secret) {
      const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
      this.#key = { scope, secret, key: scope.split('/').reduce<Buffer | string>(hmac, `AWS4${secret}`) as Buffer };
    }
    return this.#key.key;
  }

  /** A clock that is wrong is refused for it; the reply says what time it is. */
  #follow(headers: Headers): void {
    const atMs = Date.parse(headers['date'] ?? '');
    if (Number.isNaN(atMs)) return;
    const skewMs = atMs - this.#clock.nowMs();
    if (Math.abs(skewMs - this.#client.config.systemClockOffset) >= MAX_SKEW_MS)
      this.#client.config.systemClockOffset = skewMs;
  }
}

/** The request that the SDK would send for a command, which is stopped before it is sent. */
async function targetOf(client: DynamoDBClient): Promise<Target> {
  const command = new BatchExecuteStatementCommand({ Statements: [] });
  let request: Request | undefined;
  command.middlewareStack.add(
    () => async (args) => {
      request = args.request as Request;
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'finalizeRequest', priority: 'low', name: 'neverSent' },
  );
  await client.send(command);
  if (request === undefined)
    throw new TypeError('the SDK must make a request, got none; use the version in package.json');
  return { request, region: await client.config.region() };
}

function headersOf(request: Request, operation: string, body: string, time: string, credentials: Credentials): Headers {
  const { host, 'user-agent': userAgent } = request.headers as Record<string, string>;
  return {
    host: host as string,
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    'content-type': 'application/x-amz-json-1.0',
    'content-length': String(Buffer.byteLength(body)),
    'x-amz-date': time,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
    'x-amz-target': `DynamoDB_20120810.${operation}`,
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => resolve(Buffer.concat(chunks).toString()));
    stream.on('error', reject);
    // After `end` this changes nothing.
    stream.on('close', () =>
      reject(Object.assign(new Error('the reply ended before its end'), { code: 'ECONNRESET' })),
    );
  });
}

/** As the SDK reads it: `__type` or a header has the name, behind a `#` and before a `:`. */
function errorOf(status: number, text: string, headers: Headers): Error {
  const body = objectIn(text);
  const type = String(headers['x-amzn-errortype'] ?? body['__type'] ?? body['code'] ?? 'UnknownError');
  const name = type.split(':')[0]?.split('#').at(-1) ?? type;
  const message = body['message'] ?? body['Message'];
  return failure(name, typeof message === 'string' ? message : name, status);
}

function parsed(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Executed, perhaps, and nothing is known of it: with its status it counts as transient.
    throw failure('SyntaxError', `a reply must be JSON, got ${text.length} characters`, status);
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function failure(name: string, message: string, httpStatusCode: number): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}
