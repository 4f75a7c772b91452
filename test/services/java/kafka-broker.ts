import { Admin } from '@platformatic/kafka';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startJava, type JavaProcess } from './java-process.ts';
import { classPathOf, KAFKA } from './maven.ts';

const CLUSTER_ID = 'dGlkZW1hcmstdGVzdHMtMQ';

/** A broker of its own on loopback, its data in a temporary folder. */
export interface KafkaBroker {
  /** @example 'localhost:40123' */
  readonly bootstrap: string;
  /** One of the broker's own tools. @returns what it prints @example tool('org.apache.kafka.tools.TopicCommand', ['--list']) */
  tool(main: string, args: readonly string[], stdin?: string): Promise<string>;
  /** SIGKILL, then the same broker again: same port, same data. */
  killAndRestart(): Promise<void>;
  /** Ends the broker and deletes its data. */
  stop(): Promise<void>;
}

export interface KafkaBrokerProps {
  /** @default a free one */
  readonly port?: number;
  /** Further listeners than PLAINTEXT, by name; `settings` say what they speak. @default none */
  readonly listeners?: Readonly<Record<string, number>>;
  /** Settings of the broker beyond those for a single node. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts Apache Kafka in KRaft mode: broker and controller in one process. */
export async function startKafka({
  port: asked,
  listeners = {},
  settings = {},
}: KafkaBrokerProps = {}): Promise<KafkaBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-'));
  const [port, controllerPort] = [asked ?? (await freePort()), await freePort()];
  const config = join(folder, 'server.properties');
  const properties = {
    ...singleNode({ PLAINTEXT: port, ...listeners }, controllerPort, join(folder, 'data')),
    ...settings,
  };
  writeFileSync(
    config,
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const classPath = classPathOf(KAFKA);
  const bootstrap = `localhost:${port}`;
  const start = async (): Promise<JavaProcess> => {
    const started = await startJava({ name: 'Kafka', classPath, main: ['kafka.Kafka', config], port, heapMiB: 512 });
    await untilServing(bootstrap);
    return started;
  };

  await promisify(execFile)('java', [
    '-XX:TieredStopAtLevel=1',
    '-cp',
    classPath,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    CLUSTER_ID,
    '-c',
    config,
  ]);
  let java = await start();
  return {
    bootstrap,
    tool: (main, args, stdin) => runTool(classPath, [main, '--bootstrap-server', bootstrap, ...args], stdin),
    killAndRestart: async () => {
      await java.kill();
      java = await start();
    },
    stop: async () => {
      await java.kill(); // its data is thrown away
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A broker takes connections a moment before it answers. */
async function untilServing(bootstrap: string): Promise<void> {
  const admin = new Admin({ clientId: 'readiness', bootstrapBrokers: [bootstrap], retries: 100, retryDelay: 100 });
  await admin.listTopics();
  await admin.close();
}

function singleNode(
  listeners: Readonly<Record<string, number>>,
  controllerPort: number,
  data: string,
): Record<string, string> {
  const at = (host: string): string =>
    Object.entries(listeners)
      .map(([name, port]) => `${name}://${host}:${port}`)
      .join();
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${at('127.0.0.1')},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': at('localhost'),
    'log.dirs': data,
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'broker.session.timeout.ms': '2000', // a broker that was killed may come back after that
    'broker.heartbeat.interval.ms': '500',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    'auto.create.topics.enable': 'false',
    'log.cleaner.dedupe.buffer.size': '2097152',
    'log.cleaner.backoff.ms': '200',
    'log.initial.task.delay.ms': '100',
  };
}

function runTool(classPath: string, args: readonly string[], stdin = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'java',
      ['-XX:TieredStopAtLevel=1', '-cp', classPath, ...args],
      { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else
          reject(new Error(`${args[0]} must succeed, got ${error.message}\n${stderr.slice(-2_000)}`, { cause: error }));
      },
    );
    child.stdin?.end(stdin);
  });
}
