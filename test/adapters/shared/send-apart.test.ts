import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { requireTaken, sendApart, type RefusedTogether, type Sent } from '../../../adapters/shared/send-apart.ts';
import { TidemarkError } from '../../../engine/errors.ts';
import { RowsRefused } from '../../../engine/rows-refused.ts';
import { sampleRow } from '../../support/samples.ts';

interface Numbered {
  readonly row: ReturnType<typeof sampleRow>;
  readonly n: number;
}

const rowsOf = (count: number): Numbered[] =>
  Array.from({ length: count }, (_, n) => ({ row: sampleRow(`key-${n}`, n, 1), n }));

/** A service with partitions, each of which takes all of its part of a call or none, and keeps what it took. */
class Service {
  readonly taken: number[] = [];
  calls = 0;
  readonly #unfit: ReadonlySet<number>;
  readonly #partitions: number;

  constructor(unfit: readonly number[], partitions = 1) {
    this.#unfit = new Set(unfit);
    this.#partitions = partitions;
  }

  readonly send = async (rows: readonly Numbered[]): Promise<Array<RefusedTogether<Numbered>>> => {
    this.calls++;
    const parts = Array.from({ length: this.#partitions }, (_, partition) =>
      rows.filter(({ n }) => n % this.#partitions === partition),
    );
    const refused = parts.filter((part) => part.some(({ n }) => this.#unfit.has(n)));
    this.taken.push(
      ...parts
        .filter((part) => !refused.includes(part))
        .flat()
        .map(({ n }) => n),
    );
    return refused.map((part) => ({ rows: part, error: new Error('too large'), isCertain: true }));
  };
}

const numbersIn = ({ refused }: Sent): number[] => refused.map(({ row }) => row.windowStartMs).sort((a, b) => a - b);

describe('rows that are sent apart', () => {
  it('are each taken once, or refused alone, whichever are unfit', async () => {
    const cases = fc
      .integer({ min: 1, max: 40 })
      .chain((count) =>
        fc.tuple(fc.constant(count), fc.uniqueArray(fc.nat({ max: count - 1 })), fc.integer({ min: 1, max: 3 })),
      );
    await fc.assert(
      fc.asyncProperty(cases, async ([count, unfit, partitions]) => {
        const service = new Service(unfit, partitions);
        const sent = await sendApart(rowsOf(count), service.send);
        expect(numbersIn(sent)).toEqual([...unfit].sort((a, b) => a - b));
        expect(sent.isTaking).toBe(unfit.length < count);
        expect([...service.taken].sort((a, b) => a - b)).toEqual(
          rowsOf(count)
            .map(({ n }) => n)
            .filter((n) => !unfit.includes(n)),
        );
      }),
    );
  });

  it('keep their order', async () => {
    const service = new Service([3, 17]);
    await sendApart(rowsOf(30), service.send);
    expect(service.taken).toEqual(
      rowsOf(30)
        .map(({ n }) => n)
        .filter((n) => n !== 3 && n !== 17),
    );
  });

  it('take few calls to find one of 500', async () => {
    const service = new Service([321]);
    await sendApart(rowsOf(500), service.send);
    expect(service.calls).toBeLessThanOrEqual(19);
  });

  it('are one call where none is unfit', async () => {
    const service = new Service([]);
    expect(await sendApart(rowsOf(500), service.send)).toEqual({ isTaking: true, refused: [] });
    expect(service.calls).toBe(1);
  });
});

describe('a refusal of rows', () => {
  const refused = (isCertain: boolean) => ({ row: sampleRow('bad', 0, 1), error: new Error('not valid'), isCertain });
  const outcomeOf = (sent: Sent): unknown => {
    try {
      return requireTaken(
        'sink',
        sent,
        { rows: 1, writeUnits: 2 },
        () => new TidemarkError('internal', 'SINK_REFUSED', 'general'),
      );
    } catch (error) {
      return error;
    }
  };

  it('is none where all are taken', () => {
    expect(outcomeOf({ isTaking: true, refused: [] })).toEqual({ rows: 1, writeUnits: 2 });
  });

  it.each([
    ['known to speak of it alone, others taken', true, true],
    ['known to speak of it alone, none taken', true, false],
    ['of unknown sense, others taken', false, true],
  ])('names the row: %s', (_, isCertain, isTaking) => {
    const error = outcomeOf({ isTaking, refused: [refused(isCertain)] });
    expect(error).toBeInstanceOf(RowsRefused);
    expect(error).toMatchObject({
      rows: [{ row: { key: 'bad' }, reason: 'not valid' }],
      receipt: { rows: 1, writeUnits: 2 },
    });
  });

  it('may concern every row where its sense is unknown and none is taken', () => {
    expect(outcomeOf({ isTaking: false, refused: [refused(true), refused(false)] })).toMatchObject({
      message: 'general',
    });
  });
});
