import { describe, expect, it } from '@jest/globals';
import { count, kinesis, pipeline, resultTable, tumbling } from '../../engine/index.ts';
import { READING, type Reading } from '../engine/support/readings.ts';
import { lived, standing, type Definition } from './lived.ts';

const counted =
  (maxOutOfOrdernessMs: number): Definition =>
  (receivers) =>
    pipeline('readings')
      .source(kinesis({ stream: 'readings', schema: READING }))
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs })
      .keyBy('value', { receivers })
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());

const at = (timeMs: number, value = 1) => ({
  body: { key: 'k', timeMs, value } satisfies Reading,
  eventTimeMs: timeMs,
});

describe('a life of a pipeline with an exchange', () => {
  it.each([1, 2, 3, 4, 5, 6])('gives the last result of each window, once: seed %i', async (seed) => {
    const results = await lived(counted(0), [at(1), at(2, 7), at(5), at(12), at(19), at(19, 7)], seed);
    expect(results.map(({ key, windowStartMs, values }) => [key, windowStartMs, values['n']]).sort()).toEqual([
      ['1', 0, 2],
      ['1', 10, 2],
      ['7', 0, 1],
      ['7', 10, 1],
    ]);
  });

  it('says when a record was late, for then fewer are counted', async () => {
    const records = [...Array.from({ length: 40 }, (_, i) => at(100 + i)), at(1)];
    await expect(lived(counted(0), records, 1)).rejects.toThrow('all records must be counted, got 1 late');
  });

  it('is none of a pipeline that reads by a partition key, or has no exchange', async () => {
    const keyed: Definition = () =>
      pipeline('readings')
        .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
        .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
        .keyBy('key')
        .window(tumbling({ sizeMs: 10 }))
        .aggregate({ n: count() })
        .to(resultTable());
    await expect(lived(keyed, [at(1)], 1)).rejects.toThrow('readings must have no partition key and an exchange');
  });
});

describe('what stands', () => {
  const row = (revision: number, more: object = {}) => ({
    key: 'k',
    windowStartMs: 0,
    windowEndMs: 10,
    revision,
    values: { n: revision },
    ...more,
  });

  it('is the newest revision of each window unless it is retracted, and every result without a window', () => {
    expect(standing([row(1), row(3), row(2)])).toEqual([row(3)]);
    expect(standing([row(1), row(2, { retracted: true })])).toEqual([]);
    expect(standing([row(1, { sequence: 1 }), row(1, { sequence: 2 }), row(1)])).toHaveLength(3);
  });
});
