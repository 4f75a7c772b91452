import { beforeAll, describe, expect, it } from '@jest/globals';
import { hours } from '../../../engine/index.ts';
import { flightsInput } from '../../../local/inputs/flights.ts';
import { pairs } from '../../docs/exchange-examples.ts';
import { SeededRandom } from '../../simulation/world/random.ts';
import { processRun } from '../process-run.ts';
import type { Run } from '../run.ts';
import type { Reference } from './reference.ts';
import { rekeyedFlights } from './rekeyed-flights.ts';
import { verdictOf } from './verdict.ts';

const SHARDS = 3;
const RECORDS = 10_000;
/** Set TIDEMARK_SEED to the seed in a failure's title to see it again. */
const SEED = Number(process.env['TIDEMARK_SEED'] ?? Date.now());

describe(`a key that a function makes, against DuckDB, seed ${SEED}`, () => {
  let reference: Reference;
  let run: Run;
  beforeAll(async () => {
    const input = flightsInput();
    const referenceOf = rekeyedFlights({
      exchange: pairs.topology.sendsTo?.id ?? '',
      partitionKey: 'origin',
      key: "least(origin, destination) || '-' || greatest(origin, destination)",
      receivers: 3,
      sizeMs: hours(6),
      allowedLatenessMs: hours(1),
      columns: ['departures', 'meanDelayMin', 'maxDelayMin'],
    });
    reference = await referenceOf(input, RECORDS, SHARDS);
    const { fragments } = pairs;
    run = await processRun({
      fragments,
      open: () => input,
      records: RECORDS,
      shards: SHARDS,
      random: new SeededRandom(SEED),
    });
  }, 60_000);

  it('groups every record, early or late, as SQL does', () => {
    const verdict = verdictOf(reference, run);
    expect(verdict).toEqual(verdict.map(({ what, compared }) => ({ what, compared, differences: 0, first: [] })));
    expect([reference.results.length > 1_000, reference.late.length > 10]).toEqual([true, true]);
  });
});
