import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { classPathOf, FLINK, whyNoJdk } from '../../test/services/java/maven.ts';
import type { Row } from '../../test/verify/compare.ts';

const SOURCES = join(import.meta.dirname, 'flink');
const HEAP_MIB = 4_096;

/** What one run of the job took and did, from its first record to its last result. */
export interface FlinkRound {
  readonly cpuMs: number;
  readonly elapsedMs: number;
  readonly firings: number;
  readonly late: number;
  readonly rejected: number;
  readonly checkpoints: number;
}

/** Whether operators hand over an object itself or a copy of it. */
export type Objects = 'copy' | 'reuse';

/** Flink cannot be run on this machine: the reason is no fault of the benchmark. */
export class FlinkUnavailable extends Error {}

/** The job of `flink/FlightsJob.java` in a process of its own, which stays warm between rounds. */
export class FlinkPeer {
  /** @example 'Flink 2.2.1 on Java 17.0.15' */
  readonly version: string;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess, answers: AsyncIterator<string>, version: string) {
    this.#child = child;
    this.#answers = answers;
    this.version = version;
  }

  /** Fetches Flink, compiles the job and starts it. @throws FlinkUnavailable without a JDK, Maven or the artifacts */
  static async over(lines: string, folder: string): Promise<FlinkPeer> {
    const classPath = compiled(join(folder, 'classes'));
    const child = spawn(
      'java',
      [`-Xmx${HEAP_MIB}m`, '-cp', classPath, 'FlightsPeer', lines, join(folder, 'checkpoints')],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return new FlinkPeer(child, answers, await nextOf(answers));
  }

  /** @param results a file for the newest firing of each window, as JSON lines; none are kept without it */
  async run(objects: Objects, results?: string): Promise<FlinkRound> {
    this.#child.stdin?.write(`${objects} ${results ?? '-'}\n`);
    return JSON.parse(await nextOf(this.#answers)) as FlinkRound;
  }

  /** The newest firing of each window. */
  async results(objects: Objects, path: string): Promise<Row[]> {
    await this.run(objects, path);
    return readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exited;
  }
}

async function nextOf(answers: AsyncIterator<string>): Promise<string> {
  const { value, done } = await answers.next();
  if (done === true)
    throw new Error('Flink must answer each round, got the end of its process; its error stands above');
  return value;
}

/** @returns the class path of the job and of Flink */
function compiled(classes: string): string {
  const reason = whyNoJdk();
  if (reason !== undefined) throw new FlinkUnavailable(`${reason}; install a JDK of Java 17 and Maven`);
  const jars = jarsOfFlink();
  mkdirSync(classes, { recursive: true });
  const sources = readdirSync(SOURCES).map((name) => join(SOURCES, name));
  execFileSync('javac', ['-Xlint:all,-serial', '-Werror', '-proc:none', '-cp', jars, '-d', classes, ...sources], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return [classes, jars].join(delimiter);
}

function jarsOfFlink(): string {
  try {
    return classPathOf(FLINK);
  } catch (error) {
    throw new FlinkUnavailable(`Maven did not fetch ${FLINK.artifacts.join()}; its output stands above`, {
      cause: error,
    });
  }
}
