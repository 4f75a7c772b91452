import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Sent to the parent once the port is open. */
export interface Listening {
  readonly port: number;
}

/**
 * Child side of an emulator: listens on a free port of the loopback device and ends with the parent, however that ends.
 * Ctrl-C reaches the whole process group: the parent decides what it means.
 */
export function serve(createServer: (path: string) => Server): void {
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  const path = process.argv[2];
  if (path === undefined) throw new Error('the folder of the emulator is missing');
  const server = createServer(path);
  // Connections are kept for as long as the client likes: a put is not repeated when one is closed under it.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ port } satisfies Listening);
  });
}
