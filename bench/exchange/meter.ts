import { itemBytes, putWriteUnits } from '../../adapters/dynamodb/item-size.ts';
import type { Item } from '../../adapters/dynamodb/item-reader.ts';
import { slotKey, toLogItem } from '../../adapters/dynamodb/log-item.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { MemoryLogStore } from '../../adapters/memory/log-store.ts';
import type { LogEntry } from '../../engine/partition-log/entry.ts';
import type { BlobStore, LogStore, PutOutcome, ReadConsistency } from '../../engine/ports.ts';

/** What DynamoDB and S3 charge for. */
export interface Units {
  writeUnits: number;
  readUnits: number;
  puts: number;
  gets: number;
}

export const noUnits = (): Units => ({ writeUnits: 0, readUnits: 0, puts: 0, gets: 0 });

/** A strongly consistent read of 4 KiB is a unit, an eventually consistent one half of it; so is one of nothing. */
const READ_UNIT_BYTES = 4_096;

/** Attributes that only an exchange has. */
const OF_EXCHANGE = ['rows', 'rowsKey', 'sentWatermarkMs', 'generation', 'consumedVersion', 'positions'];

/**
 * Logs and objects of both fragments in memory, with what their requests cost: of all, and of those that are there for the
 * exchange alone, which are rows and positions in an entry, and reads of each other's logs.
 */
export class MeteredStores {
  readonly all = noUnits();
  readonly ofExchange = noUnits();
  /** Of each entry with rows: the rows, compressed [bytes]. */
  readonly rowBytes: number[] = [];
  /** Of receivers' entries, with all that they hold [bytes]. */
  readonly receiverItemBytes: number[] = [];
  /** Who reads and writes now. */
  by: 'senders' | 'receivers' = 'senders';
  readonly logs: LogStore;
  readonly blobs: BlobStore;
  readonly #items = new Map<string, Item>();

  constructor() {
    const logs = new MemoryLogStore();
    const blobs = new MemoryBlobStore();
    this.logs = {
      put: async (logId, slot, entry, expectedVersion): Promise<PutOutcome> => {
        this.#written(logId, slot, entry);
        return logs.put(logId, slot, entry, expectedVersion);
      },
      read: async (logId, slots, consistency) => {
        this.#read(logId, slots, consistency);
        return logs.read(logId, slots);
      },
    };
    this.blobs = this.#meteredBlobs(blobs);
  }

  #written(logId: string, slot: number, entry: LogEntry): void {
    const key = slotKey(logId, slot);
    const item = toLogItem(logId, slot, entry);
    const previous = this.#items.get(key);
    this.#items.set(key, item);
    const units = putWriteUnits(item, previous);
    this.all.writeUnits += units;
    this.ofExchange.writeUnits += units - putWriteUnits(without(item), previous && without(previous));
    if (item['rows']?.B !== undefined) this.rowBytes.push(item['rows'].B.length);
    if (isReceivers(logId)) this.receiverItemBytes.push(itemBytes(item));
  }

  #read(logId: string, slots: readonly number[], consistency: ReadConsistency | undefined): void {
    const price = consistency === 'eventual' ? 0.5 : 1;
    const units = slots.reduce((sum, slot) => {
      const item = this.#items.get(slotKey(logId, slot));
      return sum + price * Math.max(1, Math.ceil((item === undefined ? 0 : itemBytes(item)) / READ_UNIT_BYTES));
    }, 0);
    this.all.readUnits += units;
    if (isReceivers(logId) !== (this.by === 'receivers')) this.ofExchange.readUnits += units;
  }

  #meteredBlobs(blobs: BlobStore): BlobStore {
    const count = (what: 'puts' | 'gets', isRows: boolean): void => {
      this.all[what] += 1;
      if (isRows) this.ofExchange[what] += 1;
    };
    return {
      putIfAbsent: (key, bytes) => {
        count('puts', isRows(key));
        if (isRows(key)) this.rowBytes.push(bytes.length);
        return blobs.putIfAbsent(key, bytes);
      },
      get: (key) => {
        count('gets', isRows(key));
        return blobs.get(key);
      },
      // A LIST costs as much as a PUT.
      list: (prefix) => {
        count('puts', isRows(prefix));
        return blobs.list(prefix);
      },
      oldest: (prefix, after) => {
        count('puts', isRows(prefix));
        return blobs.oldest(prefix, after);
      },
      delete: (key) => blobs.delete(key),
    };
  }
}

const without = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !OF_EXCHANGE.includes(name)));

/** @see receiverPartition */
const isReceivers = (logId: string): boolean => logId.split('/')[1] === '1';

/** The manifest is read and written once in the life of an exchange. @see rowsPrefix */
const isRows = (key: string): boolean => key.startsWith('rows/');
