/** The part of dynalite that is used here. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface DynaliteOptions {
    /** How long a new table is CREATING [ms]. @default 500 */
    readonly createTableMs?: number;
    /** @default 500 */
    readonly deleteTableMs?: number;
    /** @default 500 */
    readonly updateTableMs?: number;
    /** @default 400 */
    readonly maxItemSizeKb?: number;
    /** Folder of the database. @default in memory */
    readonly path?: string;
  }

  export default function dynalite(options?: DynaliteOptions): Server;
}
