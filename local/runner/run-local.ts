import type { LoadedPipeline } from '../load-pipeline.ts';
import { FileBlobStore } from '../../adapters/file/blob-store.ts';
import { showProgress } from '../report/progress.ts';
import type { Terminal } from '../report/terminal.ts';
import { claimFolder } from '../storage/claim.ts';
import { pipelineDir, prepareDataDir, removePipeline } from '../storage/data-dir.ts';
import { isOpenToOthers } from '../storage/owner-only.ts';
import { beginExchange } from './begin-exchange.ts';
import { nothingWanted, selectInputs, withoutOwn } from './run-inputs.ts';
import type { LocalOptions } from './options.ts';
import { readReport, type Report } from './report.ts';
import { startServices } from './services.ts';
import { RunningPipeline } from './running-pipeline.ts';
import { storedState } from './stored-state.ts';

export interface LocalRun {
  readonly options: LocalOptions;
  readonly terminal: Terminal;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
  /** Called once when the input is drained; a run without `exit` goes on. */
  readonly drained: (report: Report) => void;
}

type Undo = () => void | Promise<void>;

/**
 * Runs a pipeline on this machine until it is drained (`exit`) or stopped.
 *
 * @returns true when it was stopped before the input was drained
 * @throws what makes going on impossible; nothing is lost then, the next run goes on
 */
export async function runLocal(loaded: LoadedPipeline, run: LocalRun): Promise<boolean> {
  const undo: Undo[] = [];
  const outcome = await settled(() => runWith(loaded, run, undo));
  const undone: Array<PromiseSettledResult<unknown>> = [];
  for (const step of undo.reverse()) undone.push(await settled(step)); // one that fails keeps no other from its turn
  if (outcome.status === 'rejected') throw outcome.reason;
  for (const step of undone) if (step.status === 'rejected') throw step.reason;
  return outcome.value;
}

async function settled<T>(work: () => T | Promise<T>): Promise<PromiseSettledResult<T>> {
  try {
    return { status: 'fulfilled', value: await work() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

async function runWith(
  loaded: LoadedPipeline,
  { options, terminal, signal, drained }: LocalRun,
  undo: Undo[],
): Promise<boolean> {
  const { topology } = loaded;
  const selected = await selectInputs(loaded, options);
  const dir = pipelineDir(options.dataDir, topology.name);
  prepareDataDir(options.dataDir);
  if (isOpenToOthers(dir.root))
    terminal.line(
      `other users of this machine may read ${dir.root}: its owner or its file system does not let that be changed`,
    );
  undo.push(await claimFolder(dir));
  if (options.fresh) removePipeline(dir);

  const services = await startServices(dir, topology, options);
  undo.push(() => services.stop());
  const before = await storedState(loaded, dir, services);
  await beginExchange(topology, new FileBlobStore(dir.blobs), services.sources);
  const work = new RunningPipeline(loaded, dir, services, terminal);
  undo.push(() => work.stop());
  undo.push(showProgress(terminal, () => work.progress()));

  const stopped = new Promise<'stopped'>((resolve) =>
    signal.addEventListener('abort', () => resolve('stopped'), { once: true }),
  );
  if (signal.aborted) return true;
  const running = work.run();
  const untilEnd = Promise.race([running, services.kinesis.ended, services.dynamodb.ended, stopped]);
  untilEnd.catch(() => undefined); // seen by one of the races below
  for (const line of nothingWanted(selected.values(), options.skip)) terminal.line(line);
  const wanted =
    options.input === undefined ? await withoutOwn(selected, work, (line) => terminal.line(line)) : selected;
  const outcome = await Promise.race([work.drain(wanted, options.rate).then(() => 'drained' as const), untilEnd]);
  if (outcome !== 'drained') return true;
  terminal.clear();
  drained(await readReport(loaded, dir, services, work, before));
  if (!options.exit) await untilEnd;
  return false;
}
