import { describe, expect, it } from '@jest/globals';
import { count, fedFrom, kafka, kinesis, pipeline, resultTable, tumbling } from '../../../engine/index.ts';
import { READING } from '../support/readings.ts';

const readings = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('key')
  .window(tumbling({ sizeMs: 10 }))
  .aggregate({ n: count() })
  .to(resultTable());

describe('a pipeline that is fed from another source', () => {
  const source = kafka({ topic: 'readings', partitionKey: 'key', schema: READING });

  it('is the same but for its name and source', () => {
    const { topology } = fedFrom(readings, 'readings-kafka', source);
    expect(topology).toEqual({ ...readings.topology, name: 'readings-kafka', source });
    expect(Object.isFrozen(topology)).toBe(true);
  });

  it('refuses another key, and what is no name', () => {
    const other = kafka({ topic: 'readings', partitionKey: 'value', schema: READING });
    expect(() => fedFrom(readings, 'readings-kafka', other)).toThrow('partitionKey must be "key", as readings has it, got "value"; group by the same field');
    expect(() => fedFrom(readings, 'Readings', source)).toThrow(expect.objectContaining({ code: 'INVALID_SETTING' }));
  });
});
