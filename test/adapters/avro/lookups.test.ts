import { describe, expect, it } from '@jest/globals';
import { AvroDecoder, MAX_LOOKUPS_PER_STEP } from '../../../adapters/avro/avro-decoder.ts';
import { readConfluent } from '../../../adapters/avro/wire-format.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import { record } from '../../engine/support/readings.ts';
import { RecordingClock } from '../../support/recording-clock.ts';

/** The text "hi" by this schema. */
function framed(offset: number, id: number, arrivalTimeMs = 0): SourceRecord {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(id, 1);
  return record(offset, Buffer.concat([header, Buffer.from([4, 0x68, 0x69])]), { arrivalTimeMs });
}

/** A registry that knows some schemas, all of them texts. */
function world(...ids: number[]) {
  const known = new Set(ids.map(String));
  const clock = new RecordingClock();
  const asked: string[] = [];
  let underWay = 0;
  const most = { underWay: 0 };
  const registry = {
    schemaOf: async (id: string) => {
      asked.push(id);
      most.underWay = Math.max(most.underWay, ++underWay);
      await new Promise((done) => setImmediate(done));
      underWay--;
      return known.has(id) ? { definition: '"string"', references: [] } : undefined;
    },
  };
  const decoder = new AvroDecoder({ frame: readConfluent, registry, clock });
  const outcomes = async (...records: SourceRecord[]) =>
    (await decoder.decode(records)).map(({ value, refusal }) => refusal?.code ?? value);
  return { known, clock, asked, most, decoder, outcomes };
}

describe('the lookups of an Avro decoder', () => {
  it('are bounded for each step, side by side, and leave the other records to the next, in order', async () => {
    const { decoder, asked, most } = world(7);
    let rest = Array.from({ length: 5_000 }, (_, i) => framed(i, i % 2 === 0 ? 7 : 1_000 + i));
    const decoded: SourceRecord[] = [];
    while (rest.length > 0) {
      const before = asked.length;
      const some = await decoder.decode(rest);
      expect(some.length).toBeGreaterThan(0);
      expect(asked.length - before).toBeLessThanOrEqual(MAX_LOOKUPS_PER_STEP);
      decoded.push(...some);
      rest = rest.slice(some.length);
    }
    expect([asked.length, most.underWay]).toEqual([2_501, 8]);
    expect(decoded.map(({ offset }) => Number(offset))).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
    expect(
      decoded.every(({ value, refusal }, i) => (i % 2 === 0 ? value === 'hi' : refusal?.code === 'SCHEMA_UNKNOWN')),
    ).toBe(true);
  });

  it('do not part records that share an offset', async () => {
    const { decoder } = world();
    const shared = Array.from({ length: 2 * MAX_LOOKUPS_PER_STEP }, (_, i) => ({ ...framed(1, i), subSequence: i }));
    expect(await decoder.decode([framed(0, 999), ...shared])).toHaveLength(1);
    expect(await decoder.decode([...shared, framed(2, 998)])).toHaveLength(shared.length);
  });

  it('are not repeated for a minute where the registry knew no such schema, then find what was registered since', async () => {
    const { outcomes, known, clock, asked } = world();
    expect(await outcomes(framed(0, 9))).toEqual(['SCHEMA_UNKNOWN']);
    known.add('9');
    await clock.sleep(59_999);
    expect(await outcomes(framed(0, 9))).toEqual(['SCHEMA_UNKNOWN']);
    expect(asked).toEqual(['9']);
    await clock.sleep(1);
    expect(await outcomes(framed(0, 9))).toEqual(['hi']);
  });

  it('are made at once for a record that arrived after the last, since its producer may have registered the schema', async () => {
    const { outcomes, known } = world();
    expect(await outcomes(framed(0, 9))).toEqual(['SCHEMA_UNKNOWN']);
    known.add('9');
    expect(await outcomes(framed(1, 9, 1))).toEqual(['hi']);
  });
});
