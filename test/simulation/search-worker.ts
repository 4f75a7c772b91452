/** Runs the stretches of seeds that the main thread sends. */
import { parentPort } from 'node:worker_threads';
import { searchSeeds, type Stretch } from './search.ts';

// Most errors are faults that the world makes: nothing reads their stacks, which are a tenth of the time.
Error.stackTraceLimit = 0;

parentPort?.on('message', (stretch: Stretch) => {
  // What goes wrong here ends the worker, and the main thread with it.
  void searchSeeds(stretch).then((totals) => parentPort?.postMessage(totals));
});
