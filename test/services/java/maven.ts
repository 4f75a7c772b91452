import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A Java program on Maven Central: coordinates as `group:artifact:version`. */
export interface JavaProgram {
  /** Folder in the cache: another version, another name. */
  readonly name: string;
  readonly artifacts: readonly string[];
}

export const KAFKA: JavaProgram = {
  name: 'kafka-4.3.1',
  artifacts: ['org.apache.kafka:kafka_2.13:4.3.1', 'org.apache.kafka:kafka-tools:4.3.1'],
};
/** Topics without ids, fetches by name: what brokers that are not Apache's may speak still. */
export const OLD_KAFKA: JavaProgram = { name: 'kafka-2.4.1', artifacts: ['org.apache.kafka:kafka_2.13:2.4.1'] };

/** With a logger that is silent: a job that fails says so by its exception. */
export const FLINK: JavaProgram = {
  name: 'flink-2.2.1',
  artifacts: ['org.apache.flink:flink-clients:2.2.1', 'org.slf4j:slf4j-nop:1.7.36'],
};

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
const FETCH_MS = 280_000;

/** Why this machine cannot run Java programs; undefined when it can. */
export function whyNoJava(): string | undefined {
  return whyNot('java', 17, /version "(\d+)/) ?? whyNot('mvn', 3, /Apache Maven (\d+)/);
}

/** Why this machine cannot compile Java programs either; undefined when it can. */
export function whyNoJdk(): string | undefined {
  return whyNoJava() ?? whyNot('javac', 17, /javac (\d+)/);
}

/** Where the program's jars are, for `java -cp`; fetched when they are not there yet. */
export function classPathOf({ name, artifacts }: JavaProgram): string {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tidemark', 'java');
  const folder = join(cache, name);
  if (!existsSync(folder)) fetchInto(cache, folder, artifacts);
  return join(folder, '*');
}

/** Into a folder of its own first: a fetch that is cut short leaves nothing that looks complete. */
function fetchInto(cache: string, folder: string, artifacts: readonly string[]): void {
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  try {
    writeFileSync(join(unfinished, 'pom.xml'), pomOf(artifacts));
    execFileSync('mvn', ['-q', '-B', COPY, '-DincludeScope=runtime', `-DoutputDirectory=${join(unfinished, 'jars')}`], {
      cwd: unfinished,
      stdio: ['ignore', 2, 2], // standard output is for what the caller prints
      timeout: FETCH_MS,
    });
    renameSync(join(unfinished, 'jars'), folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function pomOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, id, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>tidemark</groupId><artifactId>services</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`;
}

function whyNot(command: string, least: number, pattern: RegExp): string | undefined {
  let said: string;
  try {
    said = execFileSync('sh', ['-c', `${command} -version 2>&1`], { encoding: 'utf8', timeout: 60_000 });
  } catch {
    return `${command} is not installed`;
  }
  const version = Number(pattern.exec(said)?.[1]);
  return version >= least
    ? undefined
    : `${command} must be version ${least} or newer, got ${JSON.stringify(said.split('\n')[0])}`;
}
