import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Table } from '../../../local/emulators/dynamodb/table.ts';
import { TableStore } from '../../../local/emulators/dynamodb/table-store.ts';
import type { Item } from '../../../local/emulators/dynamodb/value.ts';
import { startDynamoDb } from '../../../local/emulators/start.ts';

let folder: string;
let store: TableStore;

const open = (limits = {}): TableStore => (store = new TableStore({ folder, ...limits }));
const reopened = (limits = {}): TableStore => {
  store.close();
  return open(limits);
};
const created = (name: string): Table =>
  store.create({ name, keys: [{ name: 'id', type: 'S' }], billing: 'PAY_PER_REQUEST', createdAtMs: 0 });
const written = (table: Table, id: string, text: string | undefined) => ({
  table,
  key: { hash: id, range: '' },
  item: text === undefined ? undefined : { id: { S: id }, text: { S: text } },
  bytes: 10,
});
const textOf = (name: string, id: string): unknown => {
  const stored = store.table(name).at({ hash: id, range: '' });
  return stored && (store.item(stored) as Item)['text']?.S;
};
const files = (): string[] => readdirSync(folder).filter((name) => name.startsWith('items-'));
const lastFile = (): string => join(folder, files().sort().at(-1) ?? '');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-tables-'));
  open();
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

describe('the tables of the DynamoDB emulator', () => {
  it('are there after a restart, with the newest of each item', () => {
    const table = created('orders');
    store.write([written(table, 'a', '1'), written(table, 'b', '1')]);
    store.write([written(table, 'a', '2')]);
    store.write([written(table, 'b', undefined)]);
    created('gone');
    store.drop(store.table('gone'));
    store.setExpiry(table, 'expiresAt');
    reopened();
    expect(store.names).toEqual(['orders']);
    expect([textOf('orders', 'a'), textOf('orders', 'b')]).toEqual(['2', undefined]);
    expect(store.table('orders')).toMatchObject({ count: 1, bytes: 10, definition: { expiresBy: 'expiresAt' } });
  });

  it('have all of a transaction or nothing, wherever a kill cuts it', () => {
    const table = created('orders');
    store.write([written(table, 'a', 'old'), written(table, 'b', 'old')]);
    const before = readFileSync(lastFile()).length;
    store.write([written(table, 'a', 'new'), written(table, 'b', 'new'), written(table, 'c', 'new')]);
    const whole = readFileSync(lastFile());
    for (let cut = before; cut < whole.length; cut++) {
      store.close();
      writeFileSync(lastFile(), whole);
      truncateSync(lastFile(), cut);
      open();
      expect(['a', 'b', 'c'].map((id) => textOf('orders', id))).toEqual(['old', 'old', undefined]);
    }
    store.write([written(store.table('orders'), 'c', 'later')]);
    reopened();
    expect(['a', 'b', 'c'].map((id) => textOf('orders', id))).toEqual(['old', 'old', 'later']);
  });

  it('stop the start when a byte is another than was written', () => {
    store.write([written(created('orders'), 'a', 'some text')]);
    store.close();
    const bytes = readFileSync(lastFile());
    for (const at of [8, 60, bytes.length - 1]) {
      writeFileSync(
        lastFile(),
        bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      );
      expect(() => new TableStore({ folder })).toThrow(expect.objectContaining({ code: 'TABLE_DAMAGED' }));
      rmSync(join(folder, 'lock.json'));
    }
    writeFileSync(lastFile(), bytes);
    open();
  });

  it('take no more of the disk than a multiple of what counts, and lose nothing by it', () => {
    const limits = { segmentBytes: 2_000, spareBytes: 4_000 };
    reopened(limits);
    store.write([written(created('early'), 'a', 'stays')]);
    created('orders');
    const expected = new Map<string, string>();
    for (let i = 0; i < 2_000; i++) {
      const id = `item-${(i * 7) % 20}`;
      const isDeleted = i % 5 === 0;
      store.write([written(store.table('orders'), id, isDeleted ? undefined : `text ${i}`)]);
      if (isDeleted) expected.delete(id);
      else expected.set(id, `text ${i}`);
      if (i % 100 !== 0) continue;
      reopened(limits);
      for (let item = 0; item < 20; item++) expect(textOf('orders', `item-${item}`)).toBe(expected.get(`item-${item}`));
      expect(textOf('early', 'a')).toBe('stays');
      expect(files().length).toBeLessThan(10);
    }
    expect(files()).not.toContain('items-1.log');
  });

  it('are of one process at a time', () => {
    expect(() => new TableStore({ folder })).toThrow(`held by process ${process.pid}`);
  });

  it('of an earlier release are refused with a text that says what to do, and stay as they are', async () => {
    appendFileSync(join(folder, 'CURRENT'), 'MANIFEST-000004\n');
    await expect(startDynamoDb(folder)).rejects.toMatchObject({
      code: 'TABLE_FORMAT',
      message: `${folder} must hold tables of this release, got those of an earlier one; finish the run with that release, pass another --data-dir, or start over with --fresh`,
    });
    expect(readFileSync(join(folder, 'CURRENT'), 'utf8')).toBe('MANIFEST-000004\n');
  });
});
