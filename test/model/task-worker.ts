/** Runs the tasks that the main thread sends. */
import { parentPort } from 'node:worker_threads';
import { runTask, type Task } from './tasks.ts';

// What goes wrong here ends the worker, and the main thread with it.
parentPort?.on('message', (task: Task) => parentPort?.postMessage(runTask(task)));
