import { describe, expect, it } from '@jest/globals';
import { count, kinesis, pipeline, resultTable, session } from '../../../engine/index.ts';
import { encodeChanges } from '../../../engine/state/delta-codec.ts';
import type { Table } from '../../../engine/state/table.ts';
import { step } from '../../../engine/step.ts';
import { reading, READING } from '../support/readings.ts';
import { Partition } from '../support/state.ts';

const { topology } = pipeline('many')
  .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 1_000_000, maxClockSkewMs: 1_000_000 })
  .keyBy('key')
  .window(session({ gapMs: 10 }))
  .aggregate({ n: count() })
  .to(resultTable());

/** A partition with so many open sessions of one key: [0, 10), [100, 110), … */
function partitionWith(sessions: number): Partition {
  const partition = new Partition(topology);
  partition.process(...Array.from({ length: sessions }, (_, i) => reading(i, 'a', 100 * i)));
  return partition;
}

describe('a key with many open sessions', () => {
  it.each([
    ['touches one', [reading(5_000, 'a', 50_003)], ['50000']],
    ['begins one', [reading(5_000, 'a', 50_050)], ['50050']],
    ['moves the start of one', [reading(5_000, 'a', 49_995)], ['49995', '50000']],
    ['joins two', Array.from({ length: 11 }, (_, i) => reading(5_000 + i, 'a', 50_009 + 9 * i)), ['50000', '50100']],
  ] as const)('has no other session in the delta of a commit that %s', (_, records, places) => {
    const { change } = step(topology, partitionWith(1_000).state, records);
    expect([...(change.tables[0]?.puts.get('a')?.keys() ?? [])].sort()).toEqual(places);
    expect(encodeChanges(change.tables, topology.tables).length).toBeLessThan(60);
  });

  it.each([10, 1_000, 4_000])('is asked for its neighbours only, with %d of them', (sessions) => {
    const { state } = partitionWith(sessions);
    const stored = (state.tables[0] as Table).groups.get('a') as Map<string, unknown>;
    // What the order of the keys is made of is read once, and kept.
    step(topology, state, [reading(5_000, 'a', 503)]);
    let asked = 0;
    const { get } = stored;
    stored.get = (key) => {
      asked++;
      return get.call(stored, key);
    };
    stored.keys =
      stored.entries =
      stored.values =
        () => {
          throw new Error('all sessions of the key were visited');
        };
    stored[Symbol.iterator] = stored.entries;
    const { change } = step(topology, state, [reading(5_001, 'a', 504)]);
    expect(change.tables[0]?.puts.get('a')?.size).toBe(1);
    expect(asked).toBeLessThan(10);
  });
});
