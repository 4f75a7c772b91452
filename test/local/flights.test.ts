import { describe, expect, it } from '@jest/globals';
import { flightsInput } from '../../local/inputs/flights.ts';

async function texts(start: number, end: number): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of flightsInput().read(start, end))
    all.push(...piece.map(({ data }) => Buffer.from(data).toString()));
  return all;
}

describe('the embedded departures', () => {
  it('begin with the first flight that was known to have left', async () => {
    expect(await texts(0, 1)).toEqual([
      '{"row":3,"date":"2001-01-01T00:01:00.000Z","delay":-13,"distance":2345,"origin":"ANC","destination":"LAX"}',
    ]);
  });

  it('have the same record at a position whatever part is read', async () => {
    expect(await texts(1_500, 1_502)).toEqual((await texts(0, 2_000)).slice(1_500, 1_502));
  });

  it('have the origin as the partition key', async () => {
    for await (const piece of flightsInput().read(0, 50)) {
      for (const { partitionKey, data } of piece)
        expect(JSON.parse(Buffer.from(data).toString())).toMatchObject({ origin: partitionKey });
    }
  });
});
