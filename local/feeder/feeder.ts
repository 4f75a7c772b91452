import { messageOf } from '../../engine/errors.ts';
import type { Input, InputRecord } from '../inputs/input.ts';
import type { FeedTarget, PutReceipt } from './feed-target.ts';
import type { Interval } from './intervals.ts';
import type { FeederJournal } from './journal.ts';
import { callsOf, MAX_CALL_RECORDS } from './put-records.ts';
import { recover } from './recover.ts';

export interface FeederProps {
  readonly target: FeedTarget;
  readonly journal: FeederJournal;
  /** Records per second at most. @default no limit */
  readonly rate?: number;
  readonly put: (receipt: PutReceipt) => void;
  readonly failed: (error: unknown) => void;
  readonly stopped: () => boolean;
}

const RETRY_MS = 500;

/**
 * Puts a part of an input into the stream, each record exactly once over all runs on one data dir, whatever is killed.
 *
 * @param wanted positions of the input
 */
export async function feed(input: Input, wanted: Interval, props: FeederProps): Promise<void> {
  const { journal, stopped } = props;
  await settle(props);
  const pace = paceOf(props.rate);
  for (
    let missing = journal.missing(input.identity, wanted);
    missing.length > 0 && !stopped();
    missing = journal.missing(input.identity, wanted)
  ) {
    for (const interval of missing) {
      if (!(await feedInterval(input, interval, props, pace))) break; // what is missing has changed
    }
  }
  journal.save();
}

/** @returns false when it ended early */
async function feedInterval(input: Input, [start, end]: Interval, props: FeederProps, pace: Pace): Promise<boolean> {
  let position = start;
  for await (const piece of input.read(start, end)) {
    for (const call of callsOf(piece, pace.maxRecords)) {
      if (props.stopped()) return false;
      await pace.wait(call.length);
      if (!(await putOnce(input.identity, position, call, props))) return false;
      position += call.length;
    }
  }
  return true;
}

async function putOnce(
  identity: string,
  position: number,
  call: readonly InputRecord[],
  props: FeederProps,
): Promise<boolean> {
  const { target, journal } = props;
  journal.intend(identity, position, call);
  try {
    const receipt = await target.put(call);
    journal.done(receipt.after);
    props.put(receipt);
    return true;
  } catch (error) {
    if (props.stopped()) return false;
    props.failed(new Error(`records cannot be put: ${messageOf(error)}`, { cause: error }));
    await new Promise((done) => setTimeout(done, RETRY_MS));
    await settle(props);
    return false;
  }
}

/** Clears up an intent whose outcome is unknown, however long it takes until the records can be read back. */
async function settle({ target, journal, stopped, failed }: FeederProps): Promise<void> {
  while (!stopped()) {
    try {
      return await recover(target, journal);
    } catch (error) {
      failed(new Error(`records cannot be read back: ${messageOf(error)}`, { cause: error }));
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

interface Pace {
  readonly maxRecords: number;
  wait(records: number): Promise<void>;
}

/** Calls of at most a tenth of a second's records, each when its time has come. */
function paceOf(rate: number | undefined): Pace {
  if (rate === undefined) return { maxRecords: MAX_CALL_RECORDS, wait: () => Promise.resolve() };
  let dueMs = performance.now();
  return {
    maxRecords: Math.max(1, Math.min(MAX_CALL_RECORDS, Math.floor(rate / 10))),
    wait: async (records) => {
      const pauseMs = dueMs - performance.now();
      dueMs = Math.max(dueMs, performance.now()) + (records * 1_000) / rate;
      if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs));
    },
  };
}
