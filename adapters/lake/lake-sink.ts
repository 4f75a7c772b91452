import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { TidemarkError, isKind } from '../../engine/errors.ts';
import type { BlobStore, Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { deadLetterLine, lateLine, resultLine, sideOutputLine } from '../shared/lines.ts';
import { mapParallel } from '../shared/parallel.ts';
import { dayFolder, objectName } from './layout.ts';
import type { LakeFolder } from './layout.ts';

const PARALLEL_WRITES = 8;
const compress = promisify(gzip);

export interface LakeSinkProps {
  readonly blobs: BlobStore;
  readonly pipeline: string;
  /** Folder of the results; none: another sink has them. Late records and dead letters are always written. */
  readonly results: 'results' | 'oversized' | 'none';
}

/**
 * The lake: gzip NDJSON by day (UTC). Results go by windowStartMs (every firing), late records by eventTimeMs, dead letters
 * by arrivalTimeMs. An object's name is that of its commit, so a repeat finds it taken and each row is there once.
 *
 * ```
 *  flights/results/day=2001-01-01/shardId-000000000000-000000000042-Kq3x.gz
 *  flights/late/…
 *  flights/dead-letters/…
 * ```
 */
export class LakeSink implements Sink {
  readonly name = 'lake';
  readonly #blobs: BlobStore;
  readonly #pipeline: string;
  readonly #results: LakeSinkProps['results'];

  constructor({ blobs, pipeline, results }: LakeSinkProps) {
    this.#blobs = blobs;
    this.#pipeline = pipeline;
    this.#results = results;
  }

  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const objects = [...this.#linesByFolder(delivery)];
    const rows = await mapParallel(objects, PARALLEL_WRITES, async ([folder, lines]) => {
      const outcome = await this.#write(`${folder}/${objectName(delivery)}`, lines);
      return outcome === 'stored' ? lines.length : 0;
    });
    return { rows: rows.reduce((sum, n) => sum + n, 0), writeUnits: 0 };
  }

  #linesByFolder({ partition: { partition }, epochMs, outbox }: Delivery): Map<string, string[]> {
    const folders = new Map<string, string[]>();
    const add = (folder: LakeFolder, timeMs: number, line: string): void => {
      const path = dayFolder(this.#pipeline, folder, timeMs);
      const lines = folders.get(path);
      if (lines === undefined) folders.set(path, [line]);
      else lines.push(line);
    };
    const results = this.#results;
    for (const row of outbox.results) {
      if (results !== 'none') add(results, row.windowStartMs, resultLine(this.#pipeline, row, epochMs));
    }
    for (const side of outbox.sideOutputs) {
      add(`outputs/${side.output}`, side.eventTimeMs, sideOutputLine(partition, side, epochMs));
    }
    for (const record of outbox.lateRecords) {
      add('late', record.eventTimeMs, lateLine(partition, record, epochMs));
    }
    for (const letter of outbox.deadLetters) {
      add('dead-letters', letter.arrivalTimeMs, deadLetterLine(partition, letter, epochMs));
    }
    return folders;
  }

  async #write(key: string, lines: readonly string[]): Promise<'stored' | 'exists'> {
    const bytes = await compress(`${lines.join('\n')}\n`);
    try {
      return await this.#blobs.putIfAbsent(key, bytes);
    } catch (error) {
      if (!isKind(error, 'unavailable')) throw error;
      throw new TidemarkError('unavailable', 'SINK_UNAVAILABLE', `could not write to the lake: ${error.message}`, { context: { sink: this.name, key }, cause: error });
    }
  }
}
