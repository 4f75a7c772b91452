/** `npm run kafka [-- PORT]`: a Kafka broker on this machine until Ctrl-C, its data thrown away. For `tidemark local --kafka`. */
import { startKafka } from './kafka-broker.ts';
import { whyNoJava } from './maven.ts';

const reason = whyNoJava();
if (reason !== undefined) {
  console.error(`kafka: ${reason}; install Java 17 and Maven`);
  process.exit(2);
}
const broker = await startKafka({ port: Number(process.argv[2] ?? 9092) });
console.error(`kafka: ${broker.bootstrap} answers; Ctrl-C ends it`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void broker.stop().then(() => process.exit(0)));
