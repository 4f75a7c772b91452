import { describe, expect, it } from '@jest/globals';
import { refusedPartitions } from '../../../adapters/kafka/refused-partitions.ts';

const CODES = Object.freeze({
  taken: 0,
  notLeader: 6,
  tooLarge: 10,
  listTooLarge: 18,
  notAuthorized: 29,
  invalidTimestamp: 32,
  invalidRecord: 87,
});

/** As the client throws what a broker answered to a request. */
function answered(codes: Readonly<Record<number, number>>): Error {
  const partitionResponses = Object.entries(codes).map(([index, errorCode]) => ({ index: Number(index), errorCode }));
  const errors = Object.values(codes)
    .filter((code) => code !== CODES.taken)
    .map((code) => new Error(`code ${code}`));
  return Object.assign(new AggregateError(errors, 'Received response with error'), {
    response: { responses: [{ name: 'results', partitionResponses }] },
  });
}

/** As it throws what several brokers, or several tries, came to. */
const several = (...errors: Error[]): AggregateError => new AggregateError(errors, 'Producing messages failed.');
const withOthersTaken = (error: Error, ...partitions: number[]): Error =>
  Object.assign(several(error), {
    produced: { offsets: partitions.map((partition) => ({ topic: 'results', partition, offset: 0n })) },
  });
const partitionsOf = (error: unknown, ...sent: number[]) =>
  refusedPartitions(error, sent)?.map(({ partition }) => partition);

describe('a request that brokers refused', () => {
  it('names the partitions whose records are too large, where the others were taken', () => {
    const refused = refusedPartitions(
      withOthersTaken(answered({ 0: CODES.taken, 1: CODES.tooLarge, 2: CODES.listTooLarge }), 3),
      [0, 1, 2, 3],
    );
    expect(refused).toMatchObject([
      { partition: 1, isCertain: true },
      { partition: 2, isCertain: true },
    ]);
    expect(refused?.[0]?.error.message).toBe('code 10, code 18');
  });

  it('names a partition with an invalid record, which may be one of many', () => {
    expect(refusedPartitions(answered({ 4: CODES.invalidRecord }), [4])).toMatchObject([
      { partition: 4, isCertain: false },
    ]);
  });

  it('goes by the last answer of each partition', () => {
    const tries = several(
      answered({ 0: CODES.notLeader, 1: CODES.notLeader }),
      new Error('Connection closed'),
      answered({ 0: CODES.tooLarge, 1: CODES.taken }),
    );
    expect(partitionsOf(several(tries), 0, 1)).toEqual([0]);
    expect(partitionsOf(several(answered({ 0: CODES.tooLarge }), answered({ 0: CODES.notLeader })), 0)).toBeUndefined();
  });

  it.each(['notLeader', 'notAuthorized', 'invalidTimestamp'] as const)(
    'names none where a partition is refused for all records: %s',
    (name) => {
      expect(partitionsOf(answered({ 0: CODES.tooLarge, 1: CODES[name] }), 0, 1)).toBeUndefined();
    },
  );

  it('names none where a partition has no answer', () => {
    expect(
      partitionsOf(several(answered({ 0: CODES.tooLarge }), new Error('Connection closed')), 0, 1),
    ).toBeUndefined();
  });

  it.each([[new Error('Connection closed')], ['gone'], [undefined], [several()], [answered({})]])(
    'names none where no broker answered: %p',
    (error) => {
      expect(partitionsOf(error, 0)).toBeUndefined();
      expect(partitionsOf(error)).toBeUndefined();
    },
  );
});
