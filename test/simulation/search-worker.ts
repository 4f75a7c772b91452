/** Runs the stretches of seeds that the main thread sends. */
import { parentPort } from 'node:worker_threads';
import { searchSeeds } from './search.ts';

parentPort?.on('message', ({ from, count }: { readonly from: number; readonly count: number }) => {
  // What goes wrong here ends the worker, and the main thread with it.
  void searchSeeds(from, count).then((totals) => parentPort?.postMessage(totals));
});
