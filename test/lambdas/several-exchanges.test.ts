/** What functions of a pipeline with several exchanges read of their environment. */
import { describe, expect, it } from '@jest/globals';
import { queueUrlsIn } from '../../lambdas/doorbell.ts';
import { readEnvironment } from '../../lambdas/environment.ts';
import { receivingFragment } from '../../lambdas/receive-wiring.ts';
import { keyedAnew, twoLevels } from '../engine/exchange/exchange-world.ts';

const VARIABLES = {
  TIDEMARK_LOG_TABLE: 'log',
  TIDEMARK_RESULTS_TABLE: '',
  TIDEMARK_BLOBS: 's3://blobs',
  TIDEMARK_LAKE: 's3://lake',
};

describe('the queues that a function rings', () => {
  it.each([
    ['https://a.fifo', [['by-x', 'https://a.fifo']]],
    ['all=https://b.fifo', [['all', 'https://b.fifo']]],
    [
      'by-x=https://a.fifo all=https://b.fifo?c=d',
      [
        ['by-x', 'https://a.fifo'],
        ['all', 'https://b.fifo?c=d'],
      ],
    ],
  ])('are read from %s', (text, expected) => {
    const { TIDEMARK_DOORBELL } = readEnvironment({ ...VARIABLES, TIDEMARK_DOORBELL: text });
    expect([...queueUrlsIn(TIDEMARK_DOORBELL, 'by-x')]).toEqual(expected);
  });

  it('are refused where one has no URL', () => {
    expect(() => readEnvironment({ ...VARIABLES, TIDEMARK_DOORBELL: 'by-x=https://a all=' })).toThrow(
      /TIDEMARK_DOORBELL must be the URL of a FIFO queue, or of several/,
    );
  });
});

describe('the fragment that a function of receivers runs', () => {
  const { fragments } = twoLevels();

  it('is that behind the exchange which is named, or the first one', () => {
    const named = (exchange: string) => receivingFragment('readings', fragments, exchange)[1].id;
    expect(['', 'by-value', 'by-n'].map(named)).toEqual(['by-value', 'by-value', 'by-n']);
  });

  it('must be there', () => {
    expect(() => receivingFragment('readings', keyedAnew().fragments, 'by-n')).toThrow(
      'pipeline for receive must have the exchange by-n, got readings without; deploy it without this function',
    );
  });
});
