import { setTimeout as wait } from 'node:timers/promises';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { callsOf, putRecords } from '../../../local/feeder/put-records.ts';
import { flightsInput } from '../../../local/inputs/flights.ts';

const CALL_RECORDS = 500;
/** With 500 records a call, at most 1,000 a second. */
const PAUSE_MS = 500;
/** More than any test sends. */
const MOST = 400_000;

/** Real departures, put in their order until it is told to stop. */
export class FlightsProducer {
  readonly #client: KinesisClient;
  readonly #stream: string;
  #sent = 0;
  #stopping = false;
  readonly #done: Promise<void>;

  constructor(client: KinesisClient, stream: string) {
    this.#client = client;
    this.#stream = stream;
    this.#done = this.#run();
    // Whoever awaits stop() gets the error; until then it is nobody's.
    this.#done.catch(() => undefined);
  }

  get sent(): number {
    return this.#sent;
  }

  /** @returns how many departures are in the stream */
  async stop(): Promise<number> {
    this.#stopping = true;
    await this.#done;
    return this.#sent;
  }

  async #run(): Promise<void> {
    for await (const piece of flightsInput().read(0, MOST)) {
      for (const call of callsOf(piece, CALL_RECORDS)) {
        if (this.#stopping) return;
        await putRecords(this.#client, this.#stream, call);
        this.#sent += call.length;
        await wait(PAUSE_MS);
      }
    }
  }
}
