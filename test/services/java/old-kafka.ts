import { Admin } from '@platformatic/kafka';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startJava } from './java-process.ts';
import { classPathOf, OLD_KAFKA } from './maven.ts';

/** A broker from before topics had ids and were fetched by them, with the ZooKeeper that it needs. */
export interface OldKafka {
  /** @example 'localhost:40123' */
  readonly bootstrap: string;
  /** Ends both and deletes their data. */
  stop(): Promise<void>;
}

/** Starts Apache Kafka 2.4: what it speaks is what some clusters that are not Apache's speak today. */
export async function startOldKafka(): Promise<OldKafka> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-old-kafka-'));
  const [port, zooKeeperPort] = [await freePort(), await freePort()];
  const classPath = classPathOf(OLD_KAFKA);
  const file = (name: string, properties: Readonly<Record<string, string>>): string => {
    writeFileSync(
      join(folder, name),
      Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    return join(folder, name);
  };
  const zooKeeperConfig = file('zookeeper.properties', {
    dataDir: join(folder, 'zookeeper'),
    clientPort: String(zooKeeperPort),
    clientPortAddress: '127.0.0.1',
    'admin.enableServer': 'false',
  });
  const config = file('server.properties', {
    'broker.id': '1',
    listeners: `PLAINTEXT://127.0.0.1:${port}`,
    'advertised.listeners': `PLAINTEXT://localhost:${port}`,
    'zookeeper.connect': `127.0.0.1:${zooKeeperPort}`,
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
  });
  const zooKeeper = await startJava({
    name: 'ZooKeeper',
    classPath,
    main: ['org.apache.zookeeper.server.quorum.QuorumPeerMain', zooKeeperConfig],
    port: zooKeeperPort,
    heapMiB: 128,
  });
  const kafka = await startJava({ name: 'Kafka 2.4', classPath, main: ['kafka.Kafka', config], port, heapMiB: 512 });
  const bootstrap = `localhost:${port}`;
  const admin = new Admin({ clientId: 'readiness', bootstrapBrokers: [bootstrap], retries: 100, retryDelay: 100 });
  await admin.listTopics();
  await admin.close();
  return {
    bootstrap,
    stop: async () => {
      await kafka.kill(); // its data is thrown away
      await zooKeeper.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
