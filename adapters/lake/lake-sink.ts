import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { TidemarkError, isKind } from '../../engine/errors.ts';
import { nameOfPartition } from '../../engine/exchange/receivers.ts';
import type { BlobStore, Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { deadLetterLine, lateLine, resultLine, sideOutputLine } from '../shared/lines.ts';
import { mapParallel } from '../../engine/parallel.ts';
import { byDay } from './by-day.ts';
import type { Line } from './by-day.ts';
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
 * by arrivalTimeMs. An object's name is that of its commit, so a repeat finds it taken and each row is there once. Of a
 * delivery with many days, the ones with the fewest lines share an object: see `byDay`.
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
    const objects = [...this.#linesByFolder(delivery)].flatMap(([folder, lines]) =>
      byDay(lines).map((ofDay) => ({ folder, ...ofDay })),
    );
    const rows = await mapParallel(objects, PARALLEL_WRITES, async ({ folder, day, isShared, lines }) => {
      const key = `${dayFolder(this.#pipeline, folder, day)}/${objectName(delivery, isShared)}`;
      return (await this.#write(key, lines)) === 'stored' ? lines.length : 0;
    });
    return { rows: rows.reduce((sum, n) => sum + n, 0), writeUnits: 0 };
  }

  #linesByFolder({ partition: given, epochMs, outbox }: Delivery): Map<LakeFolder, Line[]> {
    const partition = nameOfPartition(given);
    const folders = new Map<LakeFolder, Line[]>();
    const add = (folder: LakeFolder, timeMs: number, text: string): void => {
      const lines = folders.get(folder);
      if (lines === undefined) folders.set(folder, [{ timeMs, text }]);
      else lines.push({ timeMs, text });
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
      throw new TidemarkError('unavailable', 'SINK_UNAVAILABLE', `could not write to the lake: ${error.message}`, {
        context: { sink: this.name, key },
        cause: error,
      });
    }
  }
}
