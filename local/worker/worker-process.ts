import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { invocationContext } from './context.ts';
import { END_OF_OUTPUT, toWireError, type InvocationRequest, type WorkerReply } from './protocol.ts';

/** Child side of the function: imports the bundle and answers invocations, several at once, one per shard. */
type Handler = (event: unknown, context: unknown) => unknown;

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
endWithParent(process.ppid);

const reply = (message: WorkerReply): void => void process.send?.(message);

try {
  const bundle = (await import(pathToFileURL(process.argv[2] ?? '').href)) as { handler: Handler };
  process.on('message', (request: InvocationRequest) => void answer(bundle.handler, request));
  reply({ kind: 'ready' });
} catch (error) {
  reply({ kind: 'cold-start-failed', error: toWireError(error) });
}

async function answer(handler: Handler, request: InvocationRequest): Promise<void> {
  const message = await outcomeOf(handler, request);
  process.stdout.write(`${END_OF_OUTPUT}${request.id}\n`);
  reply(message);
}

async function outcomeOf(handler: Handler, request: InvocationRequest): Promise<WorkerReply> {
  try {
    return {
      kind: 'returned',
      id: request.id,
      value: await handler(request.event, invocationContext(request, Date.now)),
    };
  } catch (error) {
    return { kind: 'threw', id: request.id, error: toWireError(error) };
  }
}

/** A handler that never yields would not see the parent go: a thread looks for it. */
function endWithParent(parent: number): void {
  const source = `setInterval(() => { if (process.ppid !== ${parent}) process.kill(process.pid, 'SIGKILL'); }, 500)`;
  new Worker(source, { eval: true }).unref();
}
