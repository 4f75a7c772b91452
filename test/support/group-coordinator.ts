import { createServer, type AddressInfo, type Socket } from 'node:net';

const API = Object.freeze({
  metadata: 3,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  leaveGroup: 13,
  syncGroup: 14,
  apiVersions: 18,
});
type ApiName = keyof typeof API;

/** What the coordinator does with a request: answer, never answer, or cut the connection. */
export type GroupAnswer = Buffer | 'silence' | 'cut';

/** A broker of one topic and one group in this process, whose answers a test may hold back, change or leave out. */
export interface GroupCoordinator {
  /** @example '127.0.0.1:40123' */
  readonly address: string;
  /** The requests so far, by name. */
  readonly requests: readonly ApiName[];
  /** Called for each request; undefined: the usual answer. */
  intercept: (name: ApiName, usual: Buffer) => GroupAnswer | Promise<GroupAnswer> | undefined;
  /** Until the request has come. */
  until(name: ApiName): Promise<void>;
  /** Cuts all connections and takes no more. */
  close(): Promise<void>;
}

/** Starts a coordinator that gives a member partition 0 of the topic `t`. Speaks the oldest version of each request. */
export async function startGroupCoordinator(): Promise<GroupCoordinator> {
  const requests: ApiName[] = [];
  const sockets = new Set<Socket>();
  const waiting: Array<{ readonly name: ApiName; readonly done: () => void }> = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // a client that goes away is part of the tests
    socket.on('close', () => sockets.delete(socket));
    let bytes = Buffer.alloc(0);
    let queue = Promise.resolve();
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let end = 4 + lengthOf(bytes); bytes.length >= end; end = 4 + lengthOf(bytes)) {
        const request = bytes.subarray(4, end);
        bytes = bytes.subarray(end);
        queue = queue.then(() => answer(socket, request)); // a broker answers in the order of the requests
      }
    });
  });

  async function answer(socket: Socket, request: Buffer): Promise<void> {
    const name = nameOf(request.readInt16BE(0));
    requests.push(name);
    for (const { done } of waiting.filter((one) => one.name === name)) done();
    const usual = USUAL[name]((server.address() as AddressInfo).port);
    const given = (await coordinator.intercept(name, usual)) ?? usual;
    if (given === 'cut') socket.destroy();
    else if (given === 'silence') await new Promise(() => undefined);
    else socket.write(frame(Buffer.concat([request.subarray(4, 8), given])));
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const coordinator: GroupCoordinator = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    intercept: () => undefined,
    until: (name) => new Promise((done) => (requests.includes(name) ? done() : waiting.push({ name, done }))),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return coordinator;
}

function lengthOf(bytes: Buffer): number {
  return bytes.length < 4 ? Number.POSITIVE_INFINITY : bytes.readInt32BE(0);
}

function nameOf(key: number): ApiName {
  const found = Object.entries(API).find(([, number]) => number === key);
  if (found === undefined) throw new Error(`request ${key} is not one of a group`);
  return found[0] as ApiName;
}

const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const int32 = (value: number): Buffer =>
  Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
const text = (value: string): Buffer => Buffer.concat([int16(value.length), Buffer.from(value)]);
const bytesOf = (value: Buffer): Buffer => Buffer.concat([int32(value.length), value]);
const list = (...items: readonly Buffer[]): Buffer => Buffer.concat([int32(items.length), ...items]);
const frame = bytesOf;

const OK = int16(0);
const HOST = '127.0.0.1';
const ASSIGNMENT = Buffer.concat([int16(0), list(Buffer.concat([text('t'), list(int32(0))])), int32(0)]);

/** The answers of a broker at work; the leader of the group is another member. */
const USUAL: Readonly<Record<ApiName, (port: number) => Buffer>> = {
  // Version 3 has arrays whose length is a byte that counts one more.
  apiVersions: () =>
    Buffer.concat([
      OK,
      Buffer.from([Object.keys(API).length + 1]),
      ...Object.values(API).map((key) => Buffer.concat([int16(key), int16(0), int16(0), Buffer.from([0])])),
      int32(0),
      Buffer.from([0]),
    ]),
  metadata: (port) =>
    Buffer.concat([
      list(Buffer.concat([int32(1), text(HOST), int32(port)])),
      list(
        Buffer.concat([OK, text('t'), list(Buffer.concat([OK, int32(0), int32(1), list(int32(1)), list(int32(1))]))]),
      ),
    ]),
  findCoordinator: (port) => Buffer.concat([OK, int32(1), text(HOST), int32(port)]),
  joinGroup: () => Buffer.concat([OK, int32(1), text('roundrobin'), text('leader'), text('member'), list()]),
  syncGroup: () => Buffer.concat([OK, bytesOf(ASSIGNMENT)]),
  heartbeat: () => OK,
  leaveGroup: () => OK,
};
