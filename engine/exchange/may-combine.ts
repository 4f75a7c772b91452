/**
 * From when on a sender combines rows (PL-29). Combined ones can be counted by the windows that they were made for and by no
 * others, and cannot be late one by one. So it begins
 *
 *     once its receivers have committed with this definition: they may refuse it (PL-30), and then it is taken back
 *     above what a source before its own had reached: receivers hold its rows to be late below that (PL-36)
 */
import { isSchemaRecorded } from '../partition-log/state-schema.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import { reachedBefore } from './reached-before.ts';
import type { Combining } from './rows.ts';

type Settings = Pick<LogSettings, 'topology' | 'blobs'>;

/** What one instance has found out for one sender. */
export class MayCombine {
  readonly #settings: Settings;
  readonly #logId: string;
  #combining: Combining | undefined;

  constructor(settings: Settings, logId: string) {
    this.#settings = settings;
    this.#logId = logId;
  }

  /**
   * @returns undefined: rows travel as they are
   * @throws BLOB_UNAVAILABLE (unavailable)
   */
  async now(): Promise<Combining | undefined> {
    return (this.#combining ??= await this.#look());
  }

  async #look(): Promise<Combining | undefined> {
    const { blobs, topology } = this.#settings;
    const { combines, sendsTo, receivesFrom, name } = topology;
    if (combines === undefined || sendsTo === undefined) return undefined;
    const { combinable, receivers } = combines;
    if (!(await isSchemaRecorded(blobs, name, receivers))) return undefined;
    const isOfSource = receivesFrom === undefined;
    const fromMs = isOfSource ? await reachedBefore(blobs, topology, sendsTo, this.#logId) : Number.NEGATIVE_INFINITY;
    return { combinable, fromMs };
  }
}
