import { WHY_SKIPPED } from './why-skipped.ts';
import { classPathOf, KAFKA, OLD_KAFKA, whyNoJava } from './java/maven.ts';

/** Once before all files: fetches what they start, or says why nothing can be started. */
export default function setup(): void {
  const reason = whyNoJava();
  if (reason === undefined) {
    for (const program of [KAFKA, OLD_KAFKA]) classPathOf(program);
    return;
  }
  process.env[WHY_SKIPPED] = reason;
  process.stderr.write(`test:services: all skipped, ${reason}; install Java 17 and Maven to run them\n`);
}
