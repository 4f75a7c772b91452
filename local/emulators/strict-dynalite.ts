/**
 * dynalite with the rules of AWS that it leaves out, so that what is refused in the cloud is refused here too:
 *
 *     request ──► values as AWS takes them? ──► dynalite ──► condition failed, and the item asked for? add it ──► reply
 *       └─ a batch of statements: each an operation on one item, which goes the same way
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
import dynalite, { type DynaliteOptions } from 'dynalite';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { problemIn } from './attribute-rules.ts';
import { executeBatch } from './partiql.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
type Json = Readonly<Record<string, unknown>>;

interface Reply {
  readonly statusCode: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string | number>>;
}

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem'];

export function strictDynalite(options: DynaliteOptions): Server {
  const server = dynalite(options);
  const [inner] = server.listeners('request') as Handler[];
  if (inner === undefined)
    throw new Error('dynalite must listen to requests, got no listener; use the version in package.json');
  const strict = new StrictHandler(inner);
  const running = new Set<Promise<void>>();
  let isClosing = false;
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (isClosing) {
      response.destroy();
      return;
    }
    const answered: Promise<void> = strict
      .answer(request, response)
      .catch((error: unknown) => void response.destroy(error instanceof Error ? error : new Error(String(error))))
      .finally(() => running.delete(answered));
    running.add(answered);
  });
  const close = server.close.bind(server);
  // A request whose client has gone is at work all the same: its database stays open until it has ended.
  server.close = (done) => {
    isClosing = true;
    void Promise.all(running).then(() => close(done));
    return server;
  };
  return server;
}

class StrictHandler {
  readonly #inner: Handler;
  /** Writes of one item go one after the other: nothing comes between a failed condition and the item that it is told of. */
  readonly #writes = new Map<string, Promise<unknown>>();
  /** Names of the key attributes, by table. */
  readonly #keys = new Map<unknown, readonly string[]>();

  constructor(inner: Handler) {
    this.#inner = inner;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await bodyOf(request);
    const body = parsed(bytes);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    if (body === undefined) return send(response, await this.#ask(request, bytes));
    if (operation !== 'BatchExecuteStatement')
      return send(response, await this.#single(request, operation, bytes, body));
    const reply = await executeBatch(body, {
      keysOf: (TableName) => this.#keysOf(request, TableName),
      ask: (single, inner) => this.#single(asking(request, single), single, Buffer.from(JSON.stringify(inner)), inner),
    });
    send(response, typeof reply === 'string' ? invalid(reply) : { statusCode: 200, body: JSON.stringify(reply) });
  }

  async #single(request: IncomingMessage, operation: string, bytes: Buffer, body: Json): Promise<Reply> {
    const problem = problemIn(body);
    if (problem !== undefined) return invalid(problem);
    if (operation === 'DeleteTable') this.#keys.delete(body['TableName']);
    const key = WRITES.includes(operation) ? await this.#keyOf(request, body) : undefined;
    if (key === undefined) return this.#ask(request, bytes);
    const place = JSON.stringify([body['TableName'], key]);
    const reply = (this.#writes.get(place) ?? Promise.resolve()).then(() => this.#write(request, bytes, body, key));
    const settled = reply.then(
      () => undefined,
      () => undefined,
    );
    this.#writes.set(place, settled);
    try {
      return await reply;
    } finally {
      if (this.#writes.get(place) === settled) this.#writes.delete(place);
    }
  }

  async #write(
    request: IncomingMessage,
    bytes: Buffer,
    { TableName, ReturnValuesOnConditionCheckFailure }: Json,
    Key: Json,
  ): Promise<Reply> {
    const reply = await this.#ask(request, bytes);
    if (ReturnValuesOnConditionCheckFailure !== 'ALL_OLD' || !isConditionFailed(reply)) return reply;
    const { Item } = await this.#read<{ readonly Item?: Json }>(request, 'GetItem', {
      TableName,
      Key,
      ConsistentRead: true,
    });
    return Item === undefined
      ? reply
      : { ...reply, body: JSON.stringify({ ...(JSON.parse(reply.body) as Json), Item }) };
  }

  /** @returns undefined where dynalite has something to say about the table first */
  async #keyOf(request: IncomingMessage, { TableName, Key, Item }: Json): Promise<Json | undefined> {
    const given = Key ?? Item;
    if (typeof given !== 'object' || given === null) return undefined;
    const names = await this.#keysOf(request, TableName);
    return names && Object.fromEntries(names.map((name) => [name, (given as Json)[name]]));
  }

  /** The hash key first. */
  async #keysOf(request: IncomingMessage, TableName: unknown): Promise<readonly string[] | undefined> {
    const known = this.#keys.get(TableName);
    if (known !== undefined) return known;
    const { Table } = await this.#read<{
      readonly Table?: { readonly KeySchema: ReadonlyArray<{ readonly AttributeName: string }> };
    }>(request, 'DescribeTable', { TableName });
    const names = Table?.KeySchema.map(({ AttributeName }) => AttributeName);
    if (names !== undefined) this.#keys.set(TableName, names);
    return names;
  }

  async #read<T>(request: IncomingMessage, operation: string, body: Json): Promise<T> {
    const { body: text } = await this.#ask(asking(request, operation), Buffer.from(JSON.stringify(body)));
    return JSON.parse(text) as T;
  }

  #ask(request: IncomingMessage, body: Buffer): Promise<Reply> {
    return new Promise((resolve) => {
      const given: Record<string, string | number> = {};
      const setHeader = (name: string, value: string | number) => (given[name.toLowerCase()] = value);
      const response = {
        statusCode: 200,
        setHeader,
        end: (text = '') => resolve({ statusCode: response.statusCode, body: text, headers: given }),
      };
      this.#inner(asRequest(request, body), response as unknown as ServerResponse);
    });
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** @returns undefined for what is no object in JSON: dynalite says what it thinks of that */
function parsed(bytes: Buffer): Json | undefined {
  try {
    const body: unknown = JSON.parse(bytes.toString());
    return typeof body === 'object' && body !== null ? (body as Json) : undefined;
  } catch {
    return undefined;
  }
}

function asRequest({ method, url, headers }: IncomingMessage, body: Buffer): IncomingMessage {
  const stream = Readable.from(body.length === 0 ? [] : [body]);
  return Object.assign(stream, { method, url, headers }) as unknown as IncomingMessage;
}

/** The same caller's request for something else. */
const asking = ({ method, url, headers }: IncomingMessage, operation: string): IncomingMessage =>
  ({
    method,
    url,
    headers: { ...headers, 'x-amz-target': `DynamoDB_20120810.${operation}` },
  }) as unknown as IncomingMessage;

const invalid = (message: string): Reply => ({
  statusCode: 400,
  body: JSON.stringify({ __type: 'com.amazon.coral.validate#ValidationException', message }),
});

function isConditionFailed({ statusCode, body }: Reply): boolean {
  return statusCode === 400 && body.includes('ConditionalCheckFailedException');
}

/** The length is that of the body which is sent; a checksum would be of another. */
function send(response: ServerResponse, { statusCode, body, headers = {} }: Reply): void {
  const { 'x-amz-crc32': _, 'transfer-encoding': __, ...rest } = headers;
  response.writeHead(statusCode, {
    'content-type': 'application/x-amz-json-1.0',
    ...rest,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
