import { readFileSync } from 'node:fs';
import { parquetMetadata, parquetRead, type FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { embeddedFile } from './embedded-file.ts';
import type { Departures } from './publication-order.ts';

/** Real departures, in the order of the file. */
export interface Flights extends Departures {
  readonly distance: Float64Array;
  readonly origin: readonly string[];
  readonly destination: readonly string[];
}

/** The part of the file that can be read by itself. */
export interface RowGroup {
  readonly rows: number;
  /** Earliest `date` in it [ms since 1970]. */
  readonly fromMs: number;
}

/** `flights-3m.parquet` of the package `vega-datasets`: three million US departures, January to June 2001. */
export class FlightsFile {
  readonly #buffer: ArrayBuffer;
  readonly #metadata: FileMetaData;
  readonly groups: readonly RowGroup[];

  constructor(path = embeddedFile('flights-3m.parquet')) {
    const bytes = readFileSync(path);
    this.#buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    this.#metadata = parquetMetadata(this.#buffer);
    this.groups = this.#metadata.row_groups.map((group) => {
      const date = group.columns.find((column) => column.meta_data?.path_in_schema[0] === 'date');
      const least = date?.meta_data?.statistics?.min_value;
      return {
        rows: Number(group.num_rows),
        fromMs: least instanceof Date ? least.getTime() : Number.NEGATIVE_INFINITY,
      };
    });
  }

  /** The rows of the first `groups` row groups. */
  async read(groups: number): Promise<Flights> {
    const rows = this.groups.slice(0, groups).reduce((sum, group) => sum + group.rows, 0);
    const dateMs = new Float64Array(rows);
    const delayMin = new Float64Array(rows);
    const distance = new Float64Array(rows);
    const origin = new Array<string>(rows);
    const destination = new Array<string>(rows);
    const numbers: Record<string, Float64Array> = { date: dateMs, delay: delayMin, distance };
    const texts: Record<string, string[]> = { origin, destination };
    const columns = [...Object.keys(numbers), ...Object.keys(texts)];
    const onChunk = ({
      columnName,
      columnData,
      rowStart,
    }: {
      columnName: string;
      columnData: ArrayLike<unknown>;
      rowStart: number;
    }): void => {
      const column = numbers[columnName];
      // Number() takes a date's milliseconds as well as a big integer.
      if (column !== undefined)
        for (let i = 0; i < columnData.length; i++) column[rowStart + i] = Number(columnData[i]);
      const text = texts[columnName];
      if (text !== undefined) for (let i = 0; i < columnData.length; i++) text[rowStart + i] = String(columnData[i]);
    };
    await parquetRead({ file: this.#buffer, metadata: this.#metadata, compressors, columns, rowEnd: rows, onChunk });
    return { dateMs, delayMin, distance, origin, destination };
  }
}
