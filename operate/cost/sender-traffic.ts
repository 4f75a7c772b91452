import { ASSUMED } from './assumptions.ts';
import { SECONDS_PER_MONTH } from './prices.ts';
import { putOf } from './services.ts';
import { distinct, inlineLimitBytes, type CostInput, type ExchangeLoad, type Traffic } from './traffic.ts';

/** What one fragment sends through an exchange: entries of its logs, some of which have rows. */
export interface SenderTraffic {
  /** Of the source or the exchange that it is behind. */
  readonly name: string;
  readonly logs: number;
  /** Entries of all logs, each of which is read [1/month]. */
  readonly commitsPerMonth: number;
  readonly rowCommitsPerMonth: number;
  /** That the records became, whether or not they are combined. */
  readonly rowsPerMonth: number;
  /** Of a commit with rows: what crosses, partial results and rows by themselves. */
  readonly crossing: Crossing;
  /** Write units of its logs, where they have nothing but rows; undefined: its state is in them, which is counted by itself. */
  readonly writeUnits: number | undefined;
  /** Rows are objects beside the log. */
  readonly isInline: boolean;
  /** Of an entry on average, read strongly. */
  readonly readUnits: number;
}

export interface Crossing {
  readonly items: number;
  /** Compressed. */
  readonly bytes: number;
}

const READ_UNIT_BYTES = 4_096;

/** What reads a source and keeps no state: each commit has the rows of its records. */
export function passingOn(
  name: string,
  { eventsPerSecond, inlineLimitKiB }: Pick<CostInput, 'eventsPerSecond' | 'inlineLimitKiB'>,
  { partitions, batchesPerMonth }: Traffic,
  exchange: ExchangeLoad,
): SenderTraffic {
  const rowsPerMonth = eventsPerSecond * SECONDS_PER_MONTH * (exchange.rowsPerRecord ?? ASSUMED.rowsPerRecord);
  const rowCommitsPerMonth = Math.min(batchesPerMonth, rowsPerMonth);
  const crossing = crossingOf(rowsPerMonth / rowCommitsPerMonth, exchange);
  const isInline = crossing.bytes <= inlineLimitBytes({ inlineLimitKiB });
  const itemBytes = ASSUMED.logItemBytes + (isInline ? crossing.bytes : 0);
  return {
    name,
    logs: partitions,
    commitsPerMonth: batchesPerMonth,
    rowCommitsPerMonth,
    rowsPerMonth,
    crossing,
    writeUnits: rowCommitsPerMonth * Math.ceil(itemBytes / 1_024) + (batchesPerMonth - rowCommitsPerMonth),
    isInline,
    readUnits: Math.ceil(itemBytes / READ_UNIT_BYTES),
  };
}

/** What has windows: it sends their final results, when they end. Without windows it sends what it takes. */
export function sendingResults(
  name: string,
  { batchesPerMonth, bursts, resultsPerMonth, partitions, touchedPanesPerBatch, firedPerBurst }: Traffic,
  rows: { readonly perMonth: number; readonly hasWindows: boolean },
  exchange: ExchangeLoad,
  inlineLimit: number,
  positions = 0,
): SenderTraffic {
  const rowsPerMonth = exchange.rowsPerRecord === undefined && rows.hasWindows ? resultsPerMonth : rows.perMonth;
  const rowCommitsPerMonth = Math.min(rows.hasWindows ? bursts : batchesPerMonth, rowsPerMonth);
  const crossing = crossingOf(rowsPerMonth / rowCommitsPerMonth, exchange);
  const isInline = crossing.bytes <= inlineLimit;
  const deltaBytes = (panes: number): number => panes * ASSUMED.deltaBytesPerPane;
  const calm = putOf([deltaBytes(touchedPanesPerBatch)], positions, inlineLimit).itemBytes;
  const closing = rows.hasWindows ? firedPerBurst : 0;
  const full = putOf([deltaBytes(touchedPanesPerBatch + closing), crossing.bytes], positions, inlineLimit).itemBytes;
  const [calmUnits, fullUnits] = [calm, full].map((bytes) => Math.ceil(bytes / READ_UNIT_BYTES)) as [number, number];
  const shareFull = rowCommitsPerMonth / batchesPerMonth;
  return {
    name,
    logs: partitions,
    commitsPerMonth: batchesPerMonth,
    rowCommitsPerMonth,
    rowsPerMonth,
    crossing,
    writeUnits: undefined,
    isInline,
    readUnits: calmUnits * (1 - shareFull) + fullUnits * shareFull,
  };
}

/** Rows of one commit as they cross: combined where that is allowed and shorter (PL-29). */
export function crossingOf(rows: number, { keys, isCombined }: Pick<ExchangeLoad, 'keys' | 'isCombined'>): Crossing {
  const asTheyAre = { items: rows, bytes: rows * ASSUMED.rowBytesPerRecord };
  if (!isCombined) return asTheyAre;
  const late = rows * ASSUMED.lateShare;
  const partials = distinct(keys, rows - late);
  const combined = {
    items: partials + late,
    bytes: partials * ASSUMED.partialBytes + late * ASSUMED.lateRowBytes,
  };
  return combined.bytes < asTheyAre.bytes ? combined : asTheyAre;
}
