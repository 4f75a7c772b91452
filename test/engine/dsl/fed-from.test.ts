import { describe, expect, it } from '@jest/globals';
import { definitionSites } from '../../../engine/dsl/definition-site.ts';
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
    const { plan, topology } = fedFrom(readings, 'readings-kafka', source);
    const [from, ...others] = readings.plan.nodes;
    expect(plan).toEqual({ name: 'readings-kafka', nodes: [{ ...from, source }, ...others] });
    expect([topology.name, topology.source, topology.operators.map(({ schema }) => schema)]).toEqual([
      'readings-kafka',
      source,
      readings.topology.operators.map(({ schema }) => schema),
    ]);
    expect([plan, plan.nodes, topology].every(Object.isFrozen)).toBe(true);
  });

  it('keeps its exchange, from a source partitioned the same way', () => {
    const byValue = pipeline('readings')
      .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
      .keyBy('value')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    const { topology, fragments } = fedFrom(byValue, 'readings-kafka', source);
    expect([topology.source, topology.sendsTo]).toEqual([source, byValue.topology.sendsTo]);
    expect(fragments).toHaveLength(2);
  });

  it('is defined in the module that calls fedFrom, and nowhere when fedFrom refuses', () => {
    fedFrom(readings, 'readings-elsewhere', source);
    expect(definitionSites('readings-elsewhere')).toEqual([expect.stringMatching(/fed-from\.test\.ts$/)]);
    const other = kafka({ topic: 'readings', partitionKey: 'value', schema: READING });
    expect(() => fedFrom(readings, 'readings-refused', other)).toThrow(
      expect.objectContaining({ code: 'INVALID_SETTING' }),
    );
    expect(definitionSites('readings-refused')).toEqual([]);
  });

  it('refuses another key, and what is no name', () => {
    const other = kafka({ topic: 'readings', partitionKey: 'value', schema: READING });
    expect(() => fedFrom(readings, 'readings-kafka', other)).toThrow(
      'partitionKey must be "key", as readings has it, got "value"; group by the same field',
    );
    expect(() => fedFrom(readings, 'Readings', source)).toThrow(expect.objectContaining({ code: 'INVALID_SETTING' }));
  });
});
