import { fork, type ChildProcess } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readings } from '../../bench/readings.ts';
import { messageOf } from '../../engine/errors.ts';
import { dynamodbClient } from '../../local/aws/clients.ts';
import { ensureTables } from '../../local/aws/tables.ts';
import { startDynamoDb } from '../../local/emulators/start.ts';
import type { ChildSettings, Recovered, Written } from './settings.ts';

export interface SizesResult extends Recovered {
  readonly keys: number;
  readonly kills: number;
  /** The largest delta that went through the object store [bytes]. */
  readonly largestDeltaBytes: number;
  readonly snapshotBytes: number;
  readonly openWindows: number;
}

/**
 * One shard with this many keys, over DynamoDB's emulator and files. Its process is killed with SIGKILL again and again;
 * the last one that comes recovers everything and fires every window.
 */
export async function runSizes(
  folder: string,
  { keys, kills, batch }: { readonly keys: number; readonly kills: number; readonly batch: number },
): Promise<SizesResult> {
  const dynamodb = await startDynamoDb(join(folder, 'dynamodb'));
  try {
    const client = dynamodbClient(dynamodb.endpoint);
    await ensureTables(client, readings.topology).finally(() => client.destroy());
    const settings: ChildSettings = { keys, batch, endpoint: dynamodb.endpoint, blobs: join(folder, 'blobs') };
    let killed = 0;
    let openWindows = 0;
    for (let done = false; !done;) {
      // Each process lives for some commits, so that it dies in the middle of another piece of work each time.
      const commitsToLive = killed < kills ? Math.ceil((2 * keys) / batch / (kills + 1)) : Infinity;
      const { last, wasKilled } = await runWriter(settings, commitsToLive);
      openWindows = last?.openWindows ?? openWindows;
      if (wasKilled) killed++;
      done = !wasKilled;
    }
    const [recovered] = await linesOf<Recovered>(startChild('recover', settings));
    if (recovered === undefined) throw new Error('the process that recovers must say what it found, got nothing');
    return {
      keys,
      kills: killed,
      openWindows,
      largestDeltaBytes: largest(settings.blobs, /-delta$/),
      snapshotBytes: largest(settings.blobs, /\/snapshots\//),
      ...recovered,
    };
  } finally {
    await dynamodb.stop();
  }
}

async function runWriter(
  settings: ChildSettings,
  commitsToLive: number,
): Promise<{ last: Written | undefined; wasKilled: boolean }> {
  const child = startChild('write', settings);
  let commits = 0;
  let wasKilled = false;
  const written = await linesOf<Written>(child, () => {
    if (++commits < commitsToLive || wasKilled) return;
    wasKilled = true;
    setTimeout(() => child.kill('SIGKILL'), Math.random() * 200);
  });
  return { last: written.at(-1), wasKilled };
}

function startChild(role: 'write' | 'recover', settings: ChildSettings): ChildProcess {
  return fork(join(import.meta.dirname, 'child.ts'), [role, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: ['--max-old-space-size=4096'],
  });
}

/** The lines of a child until it ends. @throws when it ends with an error of its own */
async function linesOf<T>(child: ChildProcess, seen: (line: T) => void = () => undefined): Promise<T[]> {
  const lines: T[] = [];
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = JSON.parse(part) as T;
      lines.push(line);
      seen(line);
    }
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, killedBy) => resolve([exitCode, killedBy]));
  });
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the child must end well, got ${messageOf(code ?? signal)}`);
  return lines;
}

/** Size of the largest file whose path matches. */
function largest(folder: string, pattern: RegExp): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => pattern.test(path) && statSync(path).isFile());
  return Math.max(0, ...files.map((path) => statSync(path).size));
}
