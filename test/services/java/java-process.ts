import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Ends the program when the one that started it is gone, however it went: its end of the pipe closes then. */
const WITH_PARENT =
  'exec 3<&0; "$@" </dev/null & program=$!; (cat <&3 >/dev/null; kill -9 $program) 2>/dev/null & wait $program';
const READY_MS = 60_000;
const STOP_MS = 15_000;

export interface JavaProcess {
  readonly port: number;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
  /** SIGKILL, and waits. */
  kill(): Promise<void>;
}

export interface JavaProcessProps {
  /** For people: `Kafka`. */
  readonly name: string;
  readonly classPath: string;
  /** Main class and its arguments. */
  readonly main: readonly string[];
  /** It is ready when this port of loopback takes a connection. */
  readonly port: number;
  readonly heapMiB: number;
}

/** Starts a Java program and waits until it answers. @throws with its last output when it ends before */
export async function startJava({ name, classPath, main, port, heapMiB }: JavaProcessProps): Promise<JavaProcess> {
  const java = ['java', `-Xmx${heapMiB}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath, ...main];
  const child = spawn('sh', ['-c', WITH_PARENT, 'java', ...java], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-4_000)));
  const exited = once(child, 'exit');
  for (let waitedMs = 0; !(await answers(port)); waitedMs += 50) {
    if (child.exitCode === null && waitedMs < READY_MS) {
      await wait(50);
      continue;
    }
    end(child, 'SIGKILL');
    throw new Error(
      `${name} must answer on port ${port} within ${READY_MS} ms, got ${child.exitCode === null ? 'no answer' : `exit code ${child.exitCode}`}; its last output:\n${output}`,
    );
  }
  return {
    port,
    kill: async () => {
      end(child, 'SIGKILL');
      await exited;
    },
    stop: async () => {
      end(child, 'SIGTERM');
      await Promise.race([exited, wait(STOP_MS, undefined, { ref: false })]);
      end(child, 'SIGKILL');
    },
  };
}

/** To the shell and the program: they are a process group of their own. */
function end(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone already
  }
}

/** A port of loopback that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
